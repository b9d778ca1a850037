import { ApiError } from "../api/problem";
import type { Language } from "../i18n/language";
import { el, iconButton } from "./dom";

const SHOWN_MS = 6000;
const ERROR_SHOWN_MS = 15000;

/** Short messages at the foot of the map; an error shows what the server said and its request id. */
export class Notices {
  readonly #box: HTMLElement;
  readonly #language: Language;

  constructor(box: HTMLElement, language: Language) {
    this.#box = box;
    this.#language = language;
  }

  say(text: string): void {
    this.#show(el("div", { class: "notice" }, el("p", { text })), SHOWN_MS);
  }

  /** Aborted requests are nobody's error. */
  error(error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") return;
    const problem = error instanceof ApiError ? error.problem : undefined;
    const unreachable = error instanceof ApiError && !problem;
    const text = unreachable
      ? this.#language.t("offline")
      : problem?.detail || problem?.title || this.#language.t("failed");
    const notice = el(
      "div",
      { class: "notice notice-error", attributes: { role: "alert" } },
      el("p", { text }),
    );
    for (const { name, reason } of problem?.errors ?? []) {
      notice.append(el("p", { class: "notice-detail", text: `${name}: ${reason}` }));
    }
    if (problem?.requestId) {
      const id = this.#language.t("requestId", { id: problem.requestId });
      notice.append(el("p", { class: "notice-detail", text: id }));
    }
    this.#show(notice, ERROR_SHOWN_MS);
  }

  #show(notice: HTMLElement, ms: number): void {
    // The same words twice are said once.
    for (const shown of this.#box.children) {
      if (shown.firstElementChild?.textContent === notice.firstElementChild?.textContent) shown.remove();
    }
    const close = iconButton("close", this.#language.t("close"));
    const timer = setTimeout(() => notice.remove(), ms);
    close.addEventListener("click", () => {
      clearTimeout(timer);
      notice.remove();
    });
    notice.append(close);
    this.#box.append(notice);
  }
}

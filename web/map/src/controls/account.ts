import type { IControl } from "maplibre-gl";
import type { Client } from "../api/client";
import { ApiError } from "../api/problem";
import type { Me } from "../api/types";
import type { Language } from "../i18n/language";
import { el, glyph, Listeners } from "../ui/dom";
import type { Notices } from "../ui/notices";

/** Who is signed in, and a form to sign in. */
export class AccountControl implements IControl {
  readonly #client: Client;
  readonly #language: Language;
  readonly #notices: Notices;
  /** What a person sees depends on who they are: all is loaded anew. */
  readonly #changed: () => void;
  readonly #listeners = new Listeners();
  #box: HTMLElement | undefined;
  #me: Me | undefined;

  constructor(client: Client, language: Language, notices: Notices, changed: () => void) {
    this.#client = client;
    this.#language = language;
    this.#notices = notices;
    this.#changed = changed;
  }

  onAdd(): HTMLElement {
    this.#box = el("div", { class: "maplibregl-ctrl bar" });
    this.#listeners.add(this.#language.onChange(() => this.#render()));
    this.#render();
    this.#client.me().then(
      (me) => {
        this.#me = me;
        this.#render();
      },
      (error: unknown) => this.#notices.error(error),
    );
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
  }

  #render(): void {
    const t = this.#language.t.bind(this.#language);
    const me = this.#me;
    const known = me !== undefined && !me.anonymous;
    const button = el(
      "button",
      { type: "button", class: "bar-button account" },
      glyph("user"),
      el("span", { text: known ? me.name || me.subject || "" : t("signIn") }),
    );
    if (known) {
      button.title = `${t("signedInAs", { name: me.name || me.subject || "" })} · ${t("signOut")}`;
      button.addEventListener("click", () => void this.#signOut());
    } else {
      button.addEventListener("click", () => this.#form());
    }
    this.#box?.replaceChildren(button);
  }

  async #signOut(): Promise<void> {
    try {
      await this.#client.logout();
      this.#changed();
    } catch (error) {
      this.#notices.error(error);
    }
  }

  #form(): void {
    const t = this.#language.t.bind(this.#language);
    const name = el("input", { name: "name", autocomplete: "username", required: true });
    const password = el("input", {
      name: "password",
      type: "password",
      autocomplete: "current-password",
      required: true,
    });
    const fault = el("p", { class: "form-error", attributes: { role: "alert" } });
    const submit = el("button", { type: "submit", class: "primary", text: t("signIn") });
    const cancel = el("button", { type: "button", class: "text-button", text: t("cancel") });
    const form = el(
      "form",
      { class: "sign-in" },
      el("h2", { text: t("signIn") }),
      el("label", {}, el("span", { text: t("userName") }), name),
      el("label", {}, el("span", { text: t("password") }), password),
      fault,
      el("div", { class: "form-buttons" }, cancel, submit),
    );
    const dialog = el("dialog", { attributes: { "aria-label": t("signIn") } }, form);
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit.disabled = true;
      fault.textContent = "";
      this.#client.login(name.value, password.value).then(
        () => {
          dialog.close();
          this.#changed();
        },
        (error: unknown) => {
          submit.disabled = false;
          fault.textContent = error instanceof ApiError ? error.message : t("failed");
          if (error instanceof ApiError && !error.problem) fault.textContent = t("offline");
        },
      );
    });
    document.body.append(dialog);
    dialog.showModal();
    name.focus();
  }
}

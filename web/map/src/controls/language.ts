import type { IControl } from "maplibre-gl";
import type { Language } from "../i18n/language";
import { el, glyph, Listeners } from "../ui/dom";

/** Switches between Vietnamese and English. */
export class LanguageControl implements IControl {
  readonly #language: Language;
  readonly #listeners = new Listeners();
  #box: HTMLElement | undefined;

  constructor(language: Language) {
    this.#language = language;
  }

  onAdd(): HTMLElement {
    const text = el("span");
    const button = el("button", { type: "button", class: "bar-button language" }, glyph("globe"), text);
    const label = () => {
      text.textContent = this.#language.t("language");
      button.title = this.#language.t("languageHint");
    };
    this.#listeners.on(button, "click", () => this.#language.set(this.#language.lang === "vi" ? "en" : "vi"));
    this.#listeners.add(this.#language.onChange(label));
    label();
    this.#box = el("div", { class: "maplibregl-ctrl bar" }, button);
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
  }
}

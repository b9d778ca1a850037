import { en } from "./en";
import { type Key, vi } from "./vi";

export type Lang = "vi" | "en";
export type { Key };

/** A text in both languages, as the server sends it; either may be missing. */
export interface Text {
  vi?: string;
  en?: string;
}

const words: Record<Lang, Record<Key, string>> = { vi, en };

/** The language of the interface; listeners hear of a change. */
export class Language {
  #lang: Lang;
  #listeners = new Set<() => void>();

  constructor(lang: Lang) {
    this.#lang = lang;
  }

  get lang(): Lang {
    return this.#lang;
  }

  /** The locale of numbers and dates. */
  get locale(): string {
    return this.#lang === "vi" ? "vi-VN" : "en-GB";
  }

  set(lang: Lang): void {
    if (lang === this.#lang) return;
    this.#lang = lang;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Returns the function that stops listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  t(key: Key, values: Record<string, string | number> = {}): string {
    return words[this.#lang][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      name in values ? String(values[name]) : whole,
    );
  }

  /** The text in this language, else in the other one. */
  text(text: Text | undefined): string {
    if (!text) return "";
    return (this.#lang === "vi" ? text.vi || text.en : text.en || text.vi) ?? "";
  }
}

/** What the browser prefers; Vietnamese where it says nothing of the two. */
export function preferredLanguage(languages: readonly string[]): Lang {
  for (const language of languages) {
    if (language.startsWith("vi")) return "vi";
    if (language.startsWith("en")) return "en";
  }
  return "vi";
}

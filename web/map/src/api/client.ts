import type { Language } from "../i18n/language";
import { ApiError, readProblem } from "./problem";
import type { Feature, Me, SearchAnswer, SearchHit } from "./types";

/** The server's answers, typed. Every failure is an ApiError. */
export class Client {
  readonly #base: string;
  readonly #language: Language;
  #csrf = "";

  /** base is the page's own address: the server is below it, whatever the prefix. */
  constructor(base: string, language: Language) {
    this.#base = base;
    this.#language = language;
  }

  url(path: string): string {
    return new URL(path, this.#base).href;
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.#fetch(path, signal ? { signal } : {})).json() as Promise<T>;
  }

  feature(collection: string, id: string, signal?: AbortSignal): Promise<Feature> {
    return this.get(this.featurePath(collection, id), signal);
  }

  featurePath(collection: string, id: string): string {
    return `ogc/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}?f=json`;
  }

  async search(text: string, signal: AbortSignal): Promise<SearchHit[]> {
    const answer = await this.get<SearchAnswer>(`search?q=${encodeURIComponent(text)}&limit=12`, signal);
    return answer.hits;
  }

  async me(): Promise<Me> {
    return this.#remember(await this.get<Me>("auth/me"));
  }

  async login(name: string, password: string): Promise<Me> {
    const response = await this.#post("auth/login", { name, password });
    return this.#remember((await response.json()) as Me);
  }

  async logout(): Promise<void> {
    await this.#post("auth/logout", undefined);
    this.#csrf = "";
  }

  #remember(me: Me): Me {
    this.#csrf = me.csrfToken ?? "";
    return me;
  }

  #post(path: string, body: unknown): Promise<Response> {
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (this.#csrf) headers["X-CSRF-Token"] = this.#csrf;
    return this.#fetch(path, {
      method: "POST",
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Accept-Language", this.#language.lang);
    let response: Response;
    try {
      response = await fetch(this.url(path), { ...init, headers, credentials: "same-origin" });
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
      throw new ApiError(undefined, cause);
    }
    if (!response.ok) throw new ApiError(await readProblem(response));
    return response;
  }
}

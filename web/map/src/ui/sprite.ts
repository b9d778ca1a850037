import type { Client } from "../api/client";
import { el } from "./dom";

interface Entry {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Icons of the map's sprite sheet for use in lists. */
export class SpriteSheet {
  readonly #index: Record<string, Entry>;
  readonly #picture: string;
  readonly #ready: Promise<void>;
  #width = 0;

  constructor(index: Record<string, Entry>, picture: string) {
    this.#index = index;
    this.#picture = picture;
    const image = new Image();
    this.#ready = new Promise((resolve) => {
      image.onload = () => {
        this.#width = image.naturalWidth;
        resolve();
      };
      image.onerror = () => resolve();
    });
    image.src = picture;
  }

  static async load(client: Client): Promise<SpriteSheet> {
    const index = await client.get<Record<string, Entry>>("sprites/default@2x.json");
    return new SpriteSheet(index, client.url("sprites/default@2x.png"));
  }

  /** An element of that many CSS pixels that shows the icon; empty for an unknown name. */
  icon(name: string, size: number): HTMLElement {
    const box = el("span", { class: "sprite", attributes: { "aria-hidden": "true" } });
    const entry = this.#index[name];
    if (!entry) return box;
    box.style.width = box.style.height = `${size}px`;
    void this.#ready.then(() => {
      const scale = size / entry.width;
      box.style.backgroundImage = `url("${this.#picture}")`;
      box.style.backgroundSize = `${this.#width * scale}px auto`;
      box.style.backgroundPosition = `${-entry.x * scale}px ${-entry.y * scale}px`;
    });
    return box;
  }
}

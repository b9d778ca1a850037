import type { IControl, Map as MapLibreMap } from "maplibre-gl";
import type { BBox } from "../geo/bbox";
import type { Key, Language } from "../i18n/language";
import { iconOf, type LiveLayer } from "../live/live_layer";
import type { Positions } from "../live/positions";
import type { LiveStatus } from "../live/stream";
import { el, Listeners } from "../ui/dom";
import type { SpriteSheet } from "../ui/sprite";
import { card } from "./card";

const words: Record<LiveStatus, Key> = { connecting: "liveConnecting", open: "live", lost: "liveLost" };
const kinds: Key[] = ["bus", "ambulance", "barge", "train", "truck", "sensor", "camera"];

/** The name of a kind of device; kinds of one's own are shown as they are written. */
export function kindName(kind: string, language: Language): string {
  const known = kinds.find((k) => k === kind);
  return known ? language.t(known) : kind;
}

/** What moves in view, by kind, with a switch each, and whether the stream is alive. */
export class DevicesControl implements IControl {
  readonly #positions: Positions;
  readonly #layer: LiveLayer;
  readonly #language: Language;
  readonly #sprites: SpriteSheet;
  readonly #listeners = new Listeners();
  #map: MapLibreMap | undefined;
  #box: HTMLElement | undefined;
  #rows = new Map<string, HTMLElement>();
  #list: HTMLElement | undefined;
  #state: HTMLElement | undefined;
  #status: LiveStatus = "connecting";

  constructor(positions: Positions, layer: LiveLayer, language: Language, sprites: SpriteSheet) {
    this.#positions = positions;
    this.#layer = layer;
    this.#language = language;
    this.#sprites = sprites;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#box = card("devices", this.#listeners);
    this.#listeners.add(this.#positions.onChange(() => this.#count()));
    this.#listeners.add(this.#language.onChange(() => this.#render()));
    const moved = () => this.#count();
    map.on("moveend", moved);
    this.#listeners.add(() => map.off("moveend", moved));
    this.#render();
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
    this.#map = undefined;
  }

  setStatus(status: LiveStatus): void {
    this.#status = status;
    if (!this.#state) return;
    this.#state.dataset.status = status;
    this.#state.textContent = this.#language.t(words[status]);
  }

  #render(): void {
    this.#rows.clear();
    this.#state = el("span", { class: "live-status", attributes: { role: "status" } });
    this.#list = el("ul", {});
    this.#box?.setAttribute("aria-label", this.#language.t("devices"));
    this.#box?.replaceChildren(
      el("div", { class: "card-head" }, el("h2", { text: this.#language.t("devices") }), this.#state),
      this.#list,
    );
    this.setStatus(this.#status);
    this.#count();
  }

  #count(): void {
    const map = this.#map;
    const list = this.#list;
    if (!map || !list) return;
    const counts = new Map<string, number>();
    for (const p of this.#positions.all()) counts.set(p.kind, counts.get(p.kind) ?? 0);
    for (const p of this.#positions.within(map.getBounds().toArray().flat() as BBox)) {
      counts.set(p.kind, (counts.get(p.kind) ?? 0) + 1);
    }
    for (const kind of [...counts.keys()].sort()) {
      const row = this.#rows.get(kind) ?? this.#addRow(kind, list);
      const count = row.querySelector(".count");
      if (count) count.textContent = String(counts.get(kind) ?? 0);
    }
    for (const [kind, row] of this.#rows) {
      if (counts.has(kind)) continue;
      row.remove();
      this.#rows.delete(kind);
    }
    const none = this.#rows.size === 0;
    const hint = list.querySelector(".empty");
    if (none && !hint) list.append(el("li", { class: "empty", text: this.#language.t("noDevices") }));
    if (!none) hint?.remove();
  }

  #addRow(kind: string, list: HTMLElement): HTMLElement {
    const name = kindName(kind, this.#language);
    const box = el("input", {
      type: "checkbox",
      checked: !this.#layer.isHidden(kind),
      attributes: { "aria-label": this.#language.t("showLayer", { name }) },
    });
    box.addEventListener("change", () => this.#layer.setHidden(kind, !box.checked));
    const row = el(
      "li",
      { class: "layer", attributes: { "data-kind": kind } },
      el(
        "label",
        {},
        box,
        el("span", { class: "swatch-box" }, this.#sprites.icon(iconOf(kind), 18)),
        el("span", { class: "layer-title", text: name }),
        el("span", { class: "count" }),
      ),
    );
    this.#rows.set(kind, row);
    list.append(row);
    return row;
  }
}

import type { IControl, Map as MapLibreMap, MapMouseEvent } from "maplibre-gl";
import type { DevicePosition } from "../api/types";
import type { Language } from "../i18n/language";
import { iconOf } from "../live/live_layer";
import { isStale, type Positions } from "../live/positions";
import type { Selection } from "../map/selection";
import type { Address } from "../state/url";
import { el, iconButton, Listeners } from "../ui/dom";
import type { SpriteSheet } from "../ui/sprite";
import { formatAge, formatBearing, formatNumber, formatTime, formatValue, withUnit } from "../ui/values";
import { card } from "./card";
import { kindName } from "./devices";

const REACH = 10;
const TICK_MS = 1000;

export interface DeviceCardOptions {
  positions: Positions;
  selection: Selection;
  language: Language;
  address: Address;
  sprites: SpriteSheet;
}

/** One device: where it goes, how fast, and how long ago it said so. */
export class DeviceCardControl implements IControl {
  readonly #with: DeviceCardOptions;
  readonly #listeners = new Listeners();
  #map: MapLibreMap | undefined;
  #box: HTMLElement | undefined;
  #device = "";
  #last: DevicePosition | undefined;

  constructor(options: DeviceCardOptions) {
    this.#with = options;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#box = card("identify device", this.#listeners);
    this.#box.hidden = true;
    const update = () => this.#update();
    this.#listeners.add(this.#with.positions.onChange(update));
    this.#listeners.add(this.#with.language.onChange(() => this.#render()));
    this.#listeners.on(this.#box, "keydown", (event: KeyboardEvent) => {
      if (event.key === "Escape") this.close();
    });
    const timer = setInterval(update, TICK_MS);
    this.#listeners.add(() => clearInterval(timer));
    const clicked = (event: MapMouseEvent) => {
      const device = this.deviceAt(event);
      if (device) this.open(device);
      else this.close();
    };
    map.on("click", clicked);
    this.#listeners.add(() => map.off("click", clicked));
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
    this.#map = undefined;
  }

  /** The device under a click, "" for none. */
  deviceAt(event: MapMouseEvent): string {
    const map = this.#map;
    if (!map?.getLayer("live-icon")) return "";
    const { x, y } = event.point;
    const [found] = map.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers: ["live-icon"] },
    );
    return found ? String(found.properties.device) : "";
  }

  open(device: string): void {
    this.#device = device;
    this.#last = undefined;
    this.#with.address.change({ selected: `device/${device}` });
    this.#render();
    this.#update();
  }

  close(): void {
    if (!this.#device) return;
    this.#device = "";
    this.#last = undefined;
    if (this.#box) this.#box.hidden = true;
    this.#with.selection.clear();
    this.#with.address.change({ selected: undefined });
  }

  #update(): void {
    if (!this.#device) return;
    const now = this.#with.positions.get(this.#device);
    if (now && now !== this.#last) {
      this.#last = now;
      this.#with.selection.show({ type: "Point", coordinates: [now.lon, now.lat] });
    }
    this.#render();
  }

  #render(): void {
    const box = this.#box;
    if (!box || !this.#device) return;
    const { language, sprites } = this.#with;
    const p = this.#last;
    let close = box.querySelector<HTMLButtonElement>("button.close");
    if (!close) {
      close = iconButton("close", language.t("close"), "close");
      close.addEventListener("click", () => this.close());
    }
    const kind = p?.kind ?? "device";
    const head = el(
      "header",
      { class: "identify-head" },
      sprites.icon(iconOf(kind), 30),
      el(
        "div",
        {},
        el("p", { class: "identify-layer", text: p ? kindName(kind, language) : language.t("device") }),
        el("h2", { text: p?.name || this.#device }),
      ),
    );
    const body = el("div", { class: "card-body" }, this.#facts(p));
    // The button stays the same element, so that focus is not lost each second.
    if (close.isConnected) {
      box.querySelector("header")?.replaceChildren(...head.childNodes, close);
      box.querySelector(".card-body")?.replaceWith(body);
    } else {
      head.append(close);
      box.replaceChildren(head, body);
    }
    box.hidden = false;
    box.setAttribute("aria-label", p?.name || this.#device);
  }

  #facts(p: DevicePosition | undefined): HTMLElement {
    const { language } = this.#with;
    const t = language.t.bind(language);
    if (!p) return el("p", { class: "empty", text: t("loading") });
    const now = Date.now();
    const list = el("dl", { class: "properties" });
    const fact = (name: string, text: string, className = "") => {
      if (text) list.append(el("dt", { text: name }), el("dd", { class: className, text }));
    };
    const stale = isStale(p, now);
    const age = formatAge(now - Date.parse(p.time), language);
    fact(t("lastSeen"), stale ? `${age} · ${t("stale")}` : age, stale ? "stale" : "fresh");
    if (p.speed !== undefined) fact(t("speed"), withUnit(formatNumber(p.speed, language, 0), "km/h"));
    if (p.bearing !== undefined) fact(t("bearing"), formatBearing(p.bearing, language));
    if (p.accuracy !== undefined) fact(t("accuracy"), withUnit(formatNumber(p.accuracy, language, 0), "m"));
    fact("WGS 84", `${p.lat.toFixed(6)}, ${p.lon.toFixed(6)}`);
    for (const [name, value] of Object.entries(p.attributes ?? {})) {
      fact(name, formatValue(value, { type: typeof value === "number" ? "number" : "string" }, language));
    }
    fact(t("identifier"), p.device);
    list.title = formatTime(p.time, "datetime", language);
    return list;
  }
}

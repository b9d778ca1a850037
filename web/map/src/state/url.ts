import type { Lang } from "../i18n/language";

/** What a shared address carries, kept in the hash. */
export interface State {
  /** Zoom, latitude, longitude, bearing, pitch; degrees. */
  view?: { zoom: number; lat: number; lon: number; bearing: number; pitch: number };
  lang?: Lang;
  /** Collections that differ from the style's own visibility. */
  on: string[];
  off: string[];
  /** "collection/feature id" or "device/id". */
  selected?: string;
}

/** Reads "#map=10.5/11.05/106.65&lang=en&off=parcels&sel=roads/12". */
export function parseState(hash: string): State {
  const params = new URLSearchParams(hash.replace(/^#/, ""));
  const state: State = { on: list(params.get("on")), off: list(params.get("off")) };
  const lang = params.get("lang");
  if (lang === "vi" || lang === "en") state.lang = lang;
  const selected = params.get("sel");
  if (selected?.includes("/")) state.selected = selected;
  const [zoom, lat, lon, bearing = 0, pitch = 0] = (params.get("map") ?? "").split("/").map(Number);
  if (
    zoom !== undefined &&
    lat !== undefined &&
    lon !== undefined &&
    [zoom, lat, lon, bearing, pitch].every(Number.isFinite) &&
    Math.abs(lat) <= 90 &&
    Math.abs(lon) <= 180
  ) {
    state.view = { zoom: clamp(zoom, 0, 24), lat, lon, bearing, pitch: clamp(pitch, 0, 60) };
  }
  return state;
}

export function formatState(state: State): string {
  const parts: string[] = [];
  if (state.view) {
    const { zoom, lat, lon, bearing, pitch } = state.view;
    const digits = Math.max(0, Math.ceil((zoom * Math.LN2 + Math.log(512 / 360 / 0.5)) / Math.LN10));
    const numbers = [round(zoom, 2), round(lat, digits), round(lon, digits)];
    if (bearing || pitch) numbers.push(round(bearing, 1));
    if (pitch) numbers.push(round(pitch, 0));
    parts.push(`map=${numbers.join("/")}`);
  }
  if (state.lang) parts.push(`lang=${state.lang}`);
  if (state.on.length) parts.push(`on=${state.on.map(encodeURIComponent).join(",")}`);
  if (state.off.length) parts.push(`off=${state.off.map(encodeURIComponent).join(",")}`);
  if (state.selected) parts.push(`sel=${encodeURIComponent(state.selected).replace("%2F", "/")}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

function list(text: string | null): string[] {
  return text ? text.split(",").filter(Boolean) : [];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The state of this page: changes go to the address without a history entry. */
export class Address {
  readonly state: State;
  #window: Window;

  constructor(window: Window) {
    this.#window = window;
    this.state = parseState(window.location.hash);
  }

  change(part: Partial<State>): void {
    Object.assign(this.state, part);
    this.#window.history.replaceState(this.#window.history.state, "", formatState(this.state) || "#");
  }

  /** A visible or hidden collection, kept only where it differs from the style. */
  setLayer(id: string, visible: boolean, byDefault: boolean): void {
    const without = (ids: string[]) => ids.filter((other) => other !== id);
    const on = without(this.state.on);
    const off = without(this.state.off);
    if (visible !== byDefault) (visible ? on : off).push(id);
    this.change({ on, off });
  }
}

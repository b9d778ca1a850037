import type { IControl, Map as MapLibreMap, MapMouseEvent } from "maplibre-gl";
import { inVietnam, toVN2000 } from "../geo/vn2000";
import type { Language } from "../i18n/language";
import { el, Listeners } from "../ui/dom";

/** Where the pointer is, in WGS 84 and in VN-2000 / TM-3 105°45'. */
export class CursorControl implements IControl {
  readonly #language: Language;
  readonly #listeners = new Listeners();
  #map: MapLibreMap | undefined;
  #box: HTMLElement | undefined;
  readonly #wgs84 = el("span", { class: "coordinate" });
  readonly #vn2000 = el("span", { class: "coordinate" });

  constructor(language: Language) {
    this.#language = language;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    this.#map = map;
    this.#box = el(
      "div",
      { class: "maplibregl-ctrl cursor-position", attributes: { role: "group" } },
      el("span", { class: "system", text: "WGS 84" }),
      this.#wgs84,
      el("span", { class: "system", text: "VN-2000 105°45'" }),
      this.#vn2000,
    );
    const label = () => this.#box?.setAttribute("aria-label", this.#language.t("coordinates"));
    this.#listeners.add(this.#language.onChange(label));
    label();
    const moved = (event: MapMouseEvent) => {
      const { lng, lat } = event.lngLat.wrap();
      this.#show(lng, lat);
    };
    const centred = () => {
      const { lng, lat } = map.getCenter().wrap();
      this.#show(lng, lat);
    };
    map.on("mousemove", moved);
    map.on("moveend", centred);
    this.#listeners.add(() => {
      map.off("mousemove", moved);
      map.off("moveend", centred);
    });
    centred();
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
    this.#map = undefined;
  }

  /** As many decimals as a pixel is wide. */
  #show(lon: number, lat: number): void {
    const zoom = this.#map?.getZoom() ?? 0;
    const degrees = Math.min(Math.max(Math.ceil(zoom * 0.301 - 0.15), 2), 7);
    this.#wgs84.textContent = `${lat.toFixed(degrees)}, ${lon.toFixed(degrees)}`;
    if (!inVietnam(lon, lat)) {
      this.#vn2000.textContent = "–";
      return;
    }
    const [easting, northing] = toVN2000(lon, lat);
    const metres = zoom > 17 ? 2 : zoom > 14 ? 1 : 0;
    this.#vn2000.textContent = `E ${easting.toFixed(metres)}  N ${northing.toFixed(metres)}`;
  }
}

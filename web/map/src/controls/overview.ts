import type { IControl, LngLatBoundsLike, Map as MapLibreMap } from "maplibre-gl";
import type { Language } from "../i18n/language";
import { padding } from "../map/create_map";
import type { Layers } from "../map/layers";
import { el, iconButton, Listeners, setLabel } from "../ui/dom";

/** Vietnam with its islands, lon, lat degrees. */
const COUNTRY: LngLatBoundsLike = [102.1, 6.8, 117.2, 23.5];

/** Two ways out: to all the data, and to the whole country. */
export class OverviewControl implements IControl {
  readonly #layers: Layers;
  readonly #language: Language;
  readonly #listeners = new Listeners();
  #box: HTMLElement | undefined;

  constructor(layers: Layers, language: Language) {
    this.#layers = layers;
    this.#language = language;
  }

  onAdd(map: MapLibreMap): HTMLElement {
    const data = iconButton("home", "");
    const country = iconButton("globe", "");
    const go = (bounds: LngLatBoundsLike) => map.fitBounds(bounds, { padding: padding(map.getContainer()) });
    this.#listeners.on(data, "click", () => go(this.#layers.metadata["gisd:bounds"]));
    this.#listeners.on(country, "click", () => go(COUNTRY));
    const label = () => {
      setLabel(data, this.#language.t("wholeProvince"));
      setLabel(country, this.#language.t("wholeCountry"));
    };
    this.#listeners.add(this.#language.onChange(label));
    label();
    this.#box = el("div", { class: "maplibregl-ctrl maplibregl-ctrl-group overview" }, data, country);
    return this.#box;
  }

  onRemove(): void {
    this.#listeners.clear();
    this.#box?.remove();
    this.#box = undefined;
  }
}

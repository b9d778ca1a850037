import type { Geometry } from "geojson";
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";

const COLOR = "#0b6fd6";
const HALO = "#ffffff";

/** Marks one geometry over everything that the style draws. */
export class Selection {
  readonly #map: MapLibreMap;

  constructor(map: MapLibreMap) {
    this.#map = map;
  }

  /** Adds the source and layers; once, after the style has loaded. */
  mount(): void {
    const map = this.#map;
    map.addSource("selection", { type: "geojson", data: empty() });
    map.addLayer({
      id: "selection-fill",
      type: "fill",
      source: "selection",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": COLOR, "fill-opacity": 0.16 },
    });
    for (const [id, color, width] of [
      ["selection-halo", HALO, 6],
      ["selection-line", COLOR, 3],
    ] as const) {
      map.addLayer({
        id,
        type: "line",
        source: "selection",
        filter: ["!=", ["geometry-type"], "Point"],
        layout: { "line-join": "round", "line-cap": "round" },
        paint: { "line-color": color, "line-width": width },
      });
    }
    map.addLayer({
      id: "selection-point",
      type: "circle",
      source: "selection",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-radius": 15,
        "circle-color": COLOR,
        "circle-opacity": 0.15,
        "circle-stroke-color": COLOR,
        "circle-stroke-width": 3,
      },
    });
  }

  show(geometry: Geometry | null): void {
    void this.#source()?.setData(geometry ? { type: "Feature", properties: {}, geometry } : empty());
  }

  clear(): void {
    this.show(null);
  }

  #source(): GeoJSONSource | undefined {
    return this.#map.getSource<GeoJSONSource>("selection");
  }
}

function empty(): { type: "FeatureCollection"; features: [] } {
  return { type: "FeatureCollection", features: [] };
}

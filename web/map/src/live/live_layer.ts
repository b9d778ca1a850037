import type { FeatureCollection, Point } from "geojson";
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { DevicePosition } from "../api/types";
import { isStale, type Positions } from "./positions";

/** Kinds with a sprite of their own; others are drawn as a vehicle. */
const icons = ["bus", "ambulance", "barge", "truck", "car", "sensor", "camera"];
const AGE_EVERY_MS = 10_000;

export function iconOf(kind: string): string {
  return icons.includes(kind) ? kind : "vehicle";
}

/** Draws devices: an icon, a pointer in the direction of travel, a name; faded when silent. */
export class LiveLayer {
  readonly #map: MapLibreMap;
  readonly #positions: Positions;
  #hidden = new Set<string>();
  #stop: (() => void)[] = [];

  constructor(map: MapLibreMap, positions: Positions) {
    this.#map = map;
    this.#positions = positions;
  }

  /** Adds the source and layers; once, after the style has loaded. */
  mount(): void {
    const map = this.#map;
    map.addSource("live", { type: "geojson", data: this.#data() });
    const opacity = ["case", ["get", "stale"], 0.45, 1] as never;
    const size = ["interpolate", ["linear"], ["zoom"], 4, 0.2, 8, 0.4, 10, 0.55, 13, 0.85, 15, 1] as never;
    map.addLayer({
      id: "live-heading",
      type: "symbol",
      source: "live",
      filter: ["has", "bearing"],
      minzoom: 10,
      layout: {
        "icon-image": "heading",
        "icon-rotate": ["get", "bearing"],
        "icon-rotation-alignment": "map",
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": size,
      },
      paint: { "icon-opacity": opacity },
    });
    map.addLayer({
      id: "live-icon",
      type: "symbol",
      source: "live",
      layout: {
        "icon-image": ["get", "icon"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
        "icon-size": size,
      },
      paint: { "icon-opacity": opacity },
    });
    map.addLayer({
      id: "live-label",
      type: "symbol",
      source: "live",
      minzoom: 13,
      layout: {
        "text-field": ["get", "name"],
        "text-font": ["Liberation Sans Bold"],
        "text-size": 11,
        "text-anchor": "top",
        "text-offset": [0, 1.7],
        "text-optional": true,
      },
      paint: {
        "text-color": "#1b2a38",
        "text-halo-color": "#ffffff",
        "text-halo-width": 1.5,
        "text-opacity": opacity,
      },
    });
    const pointer = (on: boolean) => () => {
      map.getCanvas().classList.toggle("over-feature", on);
    };
    const enter = pointer(true);
    const leave = pointer(false);
    map.on("mouseenter", "live-icon", enter);
    map.on("mouseleave", "live-icon", leave);
    const timer = setInterval(() => this.#draw(), AGE_EVERY_MS);
    this.#stop = [
      this.#positions.onChange(() => this.#draw()),
      () => clearInterval(timer),
      () => map.off("mouseenter", "live-icon", enter),
      () => map.off("mouseleave", "live-icon", leave),
    ];
  }

  unmount(): void {
    for (const stop of this.#stop.splice(0)) stop();
  }

  isHidden(kind: string): boolean {
    return this.#hidden.has(kind);
  }

  setHidden(kind: string, hidden: boolean): void {
    if (hidden) this.#hidden.add(kind);
    else this.#hidden.delete(kind);
    this.#draw();
  }

  #draw(): void {
    void this.#map.getSource<GeoJSONSource>("live")?.setData(this.#data());
  }

  #data(): FeatureCollection<Point> {
    const now = Date.now();
    return {
      type: "FeatureCollection",
      features: this.#positions
        .all()
        .filter((p) => !this.#hidden.has(p.kind))
        .map((p) => ({
          type: "Feature",
          geometry: { type: "Point", coordinates: [p.lon, p.lat] },
          properties: {
            device: p.device,
            name: p.name || p.device,
            icon: iconOf(p.kind),
            stale: isStale(p, now),
            ...heading(p),
          },
        })),
    };
  }
}

/** A device that stands still has a bearing of no meaning. */
function heading(p: DevicePosition): { bearing?: number } {
  return p.bearing !== undefined && (p.speed === undefined || p.speed > 1) ? { bearing: p.bearing } : {};
}

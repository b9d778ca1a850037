import type { Map as MapLibreMap, MapSourceDataEvent } from "maplibre-gl";
import type { BBox } from "../geo/bbox";
import type { Touched } from "../live/stream";
import { carries } from "./refresh";

export interface TileID {
  z: number;
  x: number;
  y: number;
}

/** What a tile draws beyond its edge, as a share of its side: 64 of 4096 units and a little. */
const BUFFER = 72 / 4096;
/** More tiles of a source than the map itself keeps. */
const REMEMBERED = 1000;

/**
 * Draws anew the tiles that changed features touch, and no others. Of a source
 * one round is under way at a time: what is touched meanwhile waits for it, so
 * that a tile that was asked for before the change never remains. Tiles that the
 * map keeps out of view are dropped when it is moved next.
 */
export class TouchedTiles {
  readonly #map: MapLibreMap;
  /** Tiles that were loaded, by source; the latest last. */
  readonly #seen = new Map<string, Map<string, TileID>>();
  readonly #pending = new Map<string, Touched[]>();
  readonly #outdated = new Set<string>();

  constructor(map: MapLibreMap) {
    this.#map = map;
    map.on("sourcedata", (event) => this.#see(event));
    map.on("render", () => this.#flush());
    map.on("movestart", () => this.#drop());
  }

  touch(changes: readonly Touched[]): void {
    for (const [id, source] of Object.entries(this.#map.getStyle().sources)) {
      if (source.type !== "vector") continue;
      const mine = changes.filter((change) => carries(source.tiles?.[0] ?? "", [change.collection]));
      if (mine.length) this.#pending.set(id, [...(this.#pending.get(id) ?? []), ...mine]);
    }
    this.#flush();
  }

  #see({ sourceId, coord }: MapSourceDataEvent): void {
    if (!coord) return;
    const seen = this.#seen.get(sourceId) ?? new Map<string, TileID>();
    this.#seen.set(sourceId, seen);
    const { z, x, y } = coord.canonical;
    const key = `${z}/${x}/${y}`;
    seen.delete(key);
    seen.set(key, { z, x, y });
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value ?? "");
  }

  #flush(): void {
    for (const [id, changes] of this.#pending) {
      if (!this.#map.getSource(id)) this.#pending.delete(id);
      else if (this.#map.isSourceLoaded(id)) {
        this.#pending.delete(id);
        this.#refresh(id, changes);
      }
    }
    if (this.#pending.size) this.#map.triggerRepaint();
  }

  #refresh(id: string, changes: readonly Touched[]): void {
    if (changes.some((change) => change.all)) {
      this.#map.refreshTiles(id);
      return;
    }
    const boxes = changes.flatMap((change) => change.boxes);
    const tiles = [...(this.#seen.get(id)?.values() ?? [])].filter((t) => boxes.some((b) => touches(t, b)));
    if (!tiles.length) return;
    this.#map.refreshTiles(id, tiles);
    const view = this.#map.getBounds().toArray().flat() as BBox;
    const zoom = Math.floor(this.#map.getZoom());
    if (tiles.some((tile) => tile.z !== zoom || !touches(tile, view))) this.#outdated.add(id);
  }

  #drop(): void {
    for (const id of this.#outdated) if (this.#map.getSource(id)) this.#map.refreshTiles(id);
    this.#outdated.clear();
  }
}

/** Whether something within the box, in degrees, can show on the tile of Web Mercator. */
export function touches({ z, x, y }: TileID, [west, south, east, north]: BBox): boolean {
  const n = 2 ** z;
  return (
    column(east) * n >= x - BUFFER &&
    column(west) * n <= x + 1 + BUFFER &&
    row(south) * n >= y - BUFFER &&
    row(north) * n <= y + 1 + BUFFER
  );
}

function column(lon: number): number {
  return lon / 360 + 0.5;
}

/** From the top. */
function row(lat: number): number {
  const limited = Math.max(-85.051129, Math.min(85.051129, lat));
  return 0.5 - Math.asinh(Math.tan((limited * Math.PI) / 180)) / (2 * Math.PI);
}

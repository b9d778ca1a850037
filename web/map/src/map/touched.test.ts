import type { Map as MapLibreMap } from "maplibre-gl";
import { beforeEach, describe, expect, it } from "vitest";
import { type TileID, TouchedTiles, touches } from "./touched";

/** What TouchedTiles asks of a map. */
class FakeMap {
  listeners = new Map<string, (event: unknown) => void>();
  loaded = true;
  repaints = 0;
  refreshed: [string, TileID[] | undefined][] = [];

  on(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener);
  }
  say(name: string, event: unknown = {}): void {
    this.listeners.get(name)?.(event);
  }
  see(z: number, x: number, y: number): void {
    this.say("sourcedata", { sourceId: "base", coord: { canonical: { z, x, y } } });
  }
  getStyle() {
    return {
      sources: {
        base: { type: "vector", tiles: ["http://x/tiles/roads,parcels/{z}/{x}/{y}.mvt"] },
        live: { type: "geojson" },
      },
    };
  }
  getSource(id: string): unknown {
    return id === "base" ? {} : undefined;
  }
  isSourceLoaded(): boolean {
    return this.loaded;
  }
  triggerRepaint(): void {
    this.repaints++;
  }
  refreshTiles(id: string, tiles?: TileID[]): void {
    this.refreshed.push([id, tiles]);
  }
  getBounds() {
    return { toArray: () => [[106.6, 11], [106.7, 11.1]] }; // biome-ignore format: pairs
  }
  getZoom(): number {
    return 12.3;
  }
}

let map: FakeMap;
let tiles: TouchedTiles;
const here = { collection: "parcels", boxes: [[106.64, 11.04, 106.65, 11.05]], all: false } as const;
const touch = (change: object = {}) => tiles.touch([{ ...here, boxes: [[...here.boxes[0]]], ...change }]);
// 106.645 11.045 at zoom 12; its neighbour to the west; one further away
const own: TileID = { z: 12, x: 3261, y: 1921 };

beforeEach(() => {
  map = new FakeMap();
  tiles = new TouchedTiles(map as unknown as MapLibreMap);
  map.see(own.z, own.x, own.y);
  map.see(12, 3259, 1921);
});

describe("TouchedTiles", () => {
  it("asks for the loaded tiles that a change touches, of the sources that carry it", () => {
    touch();
    expect(map.refreshed).toEqual([["base", [own]]]);
    touch({ collection: "rail" });
    touch({ boxes: [[100, 11, 100.1, 11.1]] });
    expect(map.refreshed.length).toBe(1);
    touch({ boxes: [], all: true });
    expect(map.refreshed.at(-1)).toEqual(["base", undefined]);
  });

  it("waits for what is under way, so that an older answer does not remain", () => {
    map.loaded = false;
    touch();
    map.say("render");
    expect(map.refreshed).toEqual([]);
    expect(map.repaints).toBeGreaterThan(0);
    map.see(11, 1630, 960); // it was being loaded for the first time
    map.loaded = true;
    map.say("render");
    expect(map.refreshed).toEqual([["base", [own, { z: 11, x: 1630, y: 960 }]]]);
    map.say("render");
    expect(map.refreshed.length).toBe(1);
  });

  it("drops tiles that are kept out of view when the map moves, once", () => {
    touch();
    map.say("movestart");
    expect(map.refreshed.length).toBe(1);
    map.see(11, 1630, 960);
    touch();
    map.say("movestart");
    map.say("movestart");
    expect(map.refreshed.slice(2)).toEqual([["base", undefined]]);
  });
});

describe("touches", () => {
  it.each([
    ["inside", [106.64, 11.04, 106.65, 11.05], true],
    ["across the edge", [106.5, 11.04, 106.65, 11.05], true],
    ["in the buffer", [106.6996, 11.04, 106.7, 11.05], true],
    ["beyond the buffer", [106.7025, 11.04, 106.71, 11.05], false],
    ["in the same column", [106.64, 12, 106.65, 12.1], false],
    ["all around", [100, 5, 110, 20], true],
  ] as const)("%s", (_, box, want) => {
    expect(touches(own, [...box])).toBe(want);
  });
});

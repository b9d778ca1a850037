import { readFileSync } from "node:fs";
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { StyleSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";
import { carryOver, type MapStyle, rebase } from "./style";

// What the server writes for every kind of collection; tiles/styles keeps it fresh.
const golden = JSON.parse(
  readFileSync("../../tiles/styles/testdata/golden/TestBuild/default.json", "utf8"),
) as StyleSpecification;

describe("the server's style", () => {
  it("obeys the style specification", () => {
    expect(validateStyleMin(golden as never).map((fault) => fault.message)).toEqual([]);
  });
});

describe("rebase", () => {
  it("takes from the page's own address what the server offers, and only that", () => {
    const got = rebase(golden as MapStyle, "http://10.0.0.7:8080/map/");
    expect(got.glyphs).toBe("http://10.0.0.7:8080/map/fonts/{fontstack}/{range}.pbf");
    expect(got.sprite).toBe("http://10.0.0.7:8080/map/sprites/default");
    const tiles = (id: string) => (got.sources[id] as { tiles?: string[] }).tiles?.[0];
    expect(tiles("transport-18")).toBe("http://10.0.0.7:8080/map/tiles/stops,roads/{z}/{x}/{y}.mvt?key=abc");
    expect(tiles("basemap")).toBe("https://tiles.example/{z}/{x}/{y}.png");
  });
});

describe("carryOver", () => {
  it("keeps the map's own layers on top and the chosen visibility", () => {
    const previous = structuredClone(golden);
    previous.sources.live = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
    previous.layers.push({ id: "live-icon", type: "symbol", source: "live" });
    previous.layers = previous.layers.map((layer) =>
      layer.id === "roads" ? { ...layer, layout: { ...layer.layout, visibility: "none" } } : layer,
    ) as StyleSpecification["layers"];

    previous.layers = previous.layers.map((layer) =>
      layer.id === "overview-sea"
        ? { ...layer, layout: { ...layer.layout, "text-field": ["get", "en"] } }
        : layer,
    ) as StyleSpecification["layers"];

    const got = carryOver(previous, golden);
    expect(got.layers.find((layer) => layer.id === "overview-sea")?.layout).toHaveProperty("text-field", [
      "get",
      "en",
    ]);
    expect(got.layers.at(-1)?.id).toBe("live-icon");
    expect(got.sources.live).toBeDefined();
    expect(got.layers.find((layer) => layer.id === "roads")?.layout?.visibility).toBe("none");
    expect(got.layers.length).toBe(golden.layers.length + 1);
    expect(carryOver(undefined, golden)).toBe(golden);
  });
});

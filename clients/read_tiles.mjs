// read_tiles.mjs LANDING COLLECTION openlayers|maplibre: has the library load every tile of the
// collection's tileset WebMercatorQuad in Chromium and prints the id of every feature; twice where
// a tile holds it twice. That neighbouring tiles both hold what lies on their edge is as it should be.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const web = join(import.meta.dirname, "../web/map");
const { chromium } = createRequire(join(web, "package.json"))("playwright-core");
const [landing, collection, library] = process.argv.slice(2);
const ZOOM = 14; // where nothing is left out of tiles
const SIDE = 2048; // pixels of the map, in Chromium

const folders = { openlayers: "node_modules/ol/dist", maplibre: join(web, "node_modules/maplibre-gl/dist") };
const types = { js: "text/javascript", mjs: "text/javascript" };
const site = createServer((request, response) => {
  const name = basename(new URL(request.url, "http://localhost").pathname);
  const places = [join(import.meta.dirname, folders.openlayers, name), join(folders.maplibre, name)];
  const path = places.find((p) => /\.m?js$/.test(p) && existsSync(p));
  response.setHeader("Content-Type", path ? types[path.split(".").pop()] : "text/html");
  if (path) createReadStream(path).pipe(response);
  else response.end(`<!doctype html><div id="map" style="width:${SIDE}px;height:${SIDE}px"></div>`);
}).listen(0, "127.0.0.1");

/** In the page: a function that shows a place and returns what its tiles hold, ids by tile. */
async function openOpenLayers({ tileset, zoom }) {
  const source = new ol.source.OGCVectorTile({ url: tileset, format: new ol.format.MVT() });
  let tiles = {};
  source.on("tileloadend", ({ tile }) => {
    tiles[tile.tileCoord.join("/")] = tile.getFeatures().map((feature) => feature.getId());
  });
  source.on("tileloaderror", () => {
    window.fault = "a tile did not come";
  });
  await new Promise((done, fail) => {
    const look = () => {
      if (source.getState() === "ready") done();
      if (source.getState() === "error") fail(new Error("OpenLayers does not take the tileset"));
    };
    source.on("change", look);
    look();
  });
  const layer = new ol.layer.VectorTile({ source, style: null });
  const view = new ol.View({ center: [0, 0], resolution: 40075016.68557849 / 256 / 2 ** zoom });
  const map = new ol.Map({ target: "map", layers: [layer], view, pixelRatio: 1, controls: [] });
  window.show = async (lon, lat) => {
    tiles = {};
    view.setCenter(ol.proj.fromLonLat([lon, lat]));
    await new Promise((done) => map.once("rendercomplete", done));
    if (window.fault) throw new Error(window.fault);
    return tiles;
  };
}

async function openMapLibre({ tileset, zoom, collection }) {
  const maplibre = await import("/maplibre-gl.mjs");
  const { Map: MapView } = maplibre.Map ? maplibre : maplibre.default;
  const map = new MapView({
    container: "map",
    center: [0, 0],
    zoom,
    pixelRatio: 1,
    fadeDuration: 0,
    style: {
      version: 8,
      sources: { s: { type: "vector", url: `${tileset}?f=tilejson` } },
      layers: [
        { id: "l", type: "fill", source: "s", "source-layer": collection, paint: { "fill-opacity": 0 } },
      ],
    },
  });
  const failed = new Promise((_, fail) => map.on("error", ({ error }) => fail(error)));
  await Promise.race([map.once("load"), failed]);
  window.show = async (lon, lat) => {
    const idle = map.once("idle");
    map.jumpTo({ center: [lon, lat], zoom });
    map.triggerRepaint();
    await Promise.race([idle, failed]);
    const tiles = {};
    for (const feature of map.querySourceFeatures("s", { sourceLayer: collection })) {
      const { z, x, y } = feature.tile;
      const key = `${z}/${x}/${y}`;
      tiles[key] ??= [];
      tiles[key].push(feature.id);
    }
    return tiles;
  };
}

async function readAll(page) {
  const tileset = `${landing}/collections/${collection}/tiles/WebMercatorQuad`;
  const { lowerLeft, upperRight } = (await (await fetch(tileset)).json()).boundingBox;
  const open = library === "openlayers" ? openOpenLayers : openMapLibre;
  if (library === "openlayers") await page.addScriptTag({ url: "/ol.js" });
  await page.evaluate(open, { tileset, zoom: ZOOM, collection });
  const pixels = library === "openlayers" ? 256 : 512; // of a tile
  const step = ((360 / 2 ** ZOOM) * SIDE * 0.9) / pixels; // degrees; a little is seen twice
  const seen = new Map(); // how often a tile holds it
  for (let lat = lowerLeft[1]; lat < upperRight[1] + step; lat += step * Math.cos((lat * Math.PI) / 180)) {
    for (let lon = lowerLeft[0]; lon < upperRight[0] + step; lon += step) {
      const tiles = await page.evaluate(([x, y]) => window.show(x, y), [lon, lat]);
      for (const ids of Object.values(tiles)) {
        const times = new Map();
        for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
        for (const [id, n] of times) seen.set(id, Math.max(n, seen.get(id) ?? 0));
      }
    }
  }
  return seen;
}

await new Promise((done) => site.once("listening", done));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Without a sandbox because tests run as root; it opens nothing but this server.
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
try {
  const page = await browser.newPage({ viewport: { width: SIDE, height: SIDE } });
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  const lines = [];
  for (const [id, times] of await readAll(page)) for (let i = 0; i < times; i++) lines.push(id);
  await new Promise((done) => process.stdout.write(`${lines.join("\n")}\n`, done));
} finally {
  await browser.close();
  site.close();
}

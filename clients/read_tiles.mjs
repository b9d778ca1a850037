// read_tiles.mjs LANDING COLLECTION openlayers|maplibre: has the library load every tile of the
// collection's tileset WebMercatorQuad in Chromium and prints the id of every feature; twice where
// a tile holds it twice. That neighbouring tiles both hold what lies on their edge is as it should be.
// read_tiles.mjs version LIBRARY: which versions these are.
import { execFileSync } from "node:child_process";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const web = join(import.meta.dirname, "../web/map");
const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const require = createRequire(import.meta.url);
const { chromium } = createRequire(join(web, "package.json"))("playwright-core");
const ZOOM = 14; // where nothing is left out of tiles
const SIDE = 2048; // pixels of the map, in Chromium
const STARTS = 4; // of Chromium, which may end by itself
const PATIENCE = 120_000; // ms for what one view shows

const folders = {
  openlayers: join(import.meta.dirname, "node_modules/ol"),
  maplibre: join(web, "node_modules/maplibre-gl"),
};
const types = { js: "text/javascript", mjs: "text/javascript" };
const site = createServer((request, response) => {
  const name = basename(new URL(request.url, "http://localhost").pathname);
  const path = Object.values(folders)
    .map((folder) => join(folder, "dist", name))
    .find((p) => /\.m?js$/.test(p) && existsSync(p));
  response.setHeader("Content-Type", path ? types[path.split(".").pop()] : "text/html");
  if (path) createReadStream(path).pipe(response);
  else response.end(`<!doctype html><div id="map" style="width:${SIDE}px;height:${SIDE}px"></div>`);
});

/** In the page: makes window.show, which goes to a place and returns what its tiles hold, ids by tile. */
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
    pixelRatio: 1 / 16, // nobody looks, and it is drawn without a graphics card
    fadeDuration: 0,
    style: {
      version: 8,
      sources: { s: { type: "vector", url: `${tileset}?f=tilejson` } },
      // A layer has the tiles loaded; what they hold is asked of the source.
      layers: [{ id: "l", type: "fill", source: "s", "source-layer": collection, filter: false }],
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

const libraries = {
  openlayers: { script: "/ol.js", open: openOpenLayers, pixels: 256 },
  maplibre: { open: openMapLibre, pixels: 512 },
};

/** Places, lon, lat degrees, whose views cover the box; a little is seen twice. */
function placesOf({ lowerLeft: [west, south], upperRight: [east, north] }, pixels) {
  const view = ((360 / 2 ** ZOOM) * SIDE * 0.9) / pixels; // degrees
  const middles = (from, to, size) => {
    const n = Math.max(1, Math.ceil((to - from) / size));
    return Array.from({ length: n }, (_, i) => from + ((to - from) * (i + 0.5)) / n);
  };
  const farthest = Math.max(Math.abs(south), Math.abs(north)); // where a view is least high
  const lats = middles(south, north, view * Math.cos((farthest * Math.PI) / 180));
  return lats.flatMap((lat) => middles(west, east, view).map((lon) => [lon, lat]));
}

function within(work) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`nothing came for ${PATIENCE / 1000} s`)), PATIENCE);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Shows the places from the next one on, notes what it sees, and returns whether Chromium lasted. */
async function showPlaces(work) {
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    // Without a sandbox because tests run as root; it opens nothing but this server. Containers
    // have little shared memory.
    args: [
      "--no-sandbox",
      "--disable-dev-shm-usage",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
    ],
  });
  let gone = false;
  browser.on("disconnected", () => {
    gone = true;
  });
  try {
    const page = await browser.newPage({ viewport: { width: SIDE, height: SIDE } });
    page.on("crash", () => {
      gone = true;
    });
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    if (work.library.script) await page.addScriptTag({ url: work.library.script });
    await within(page.evaluate(work.library.open, { ...work.source, zoom: ZOOM }));
    for (; work.next < work.places.length; work.next++) {
      const tiles = await within(page.evaluate(([x, y]) => window.show(x, y), work.places[work.next]));
      for (const ids of Object.values(tiles)) note(work.seen, ids);
    }
    return true;
  } catch (error) {
    if (!gone) throw error;
    console.error(`Chromium ended at view ${work.next} of ${work.places.length}: ${error.message}`);
    return false;
  } finally {
    await browser.close().catch(() => {});
  }
}

/** Keeps how often a tile holds each feature, at most. */
function note(seen, ids) {
  const times = new Map();
  for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  for (const [id, n] of times) seen.set(id, Math.max(n, seen.get(id) ?? 0));
}

async function readAll(landing, collection, library) {
  const tileset = `${landing}/collections/${collection}/tiles/WebMercatorQuad`;
  const { boundingBox } = await (await fetch(tileset)).json();
  const places = placesOf(boundingBox, library.pixels);
  const work = { library, source: { tileset, collection }, places, next: 0, seen: new Map() };
  await new Promise((done) => site.listen(0, "127.0.0.1", done));
  try {
    let starts = 1;
    while (!(await showPlaces(work))) if (++starts > STARTS) throw new Error("Chromium does not last");
  } finally {
    site.close();
    const lines = [];
    for (const [id, times] of work.seen) for (let i = 0; i < times; i++) lines.push(`${id}\n`);
    await new Promise((done) => process.stdout.write(lines.join(""), done));
  }
}

const [landing, collection, library] = process.argv.slice(2);
if (landing === "version") {
  const [browser] = /\d+/.exec(execFileSync(chromiumPath, ["--version"], { encoding: "utf8" }));
  const { version } = require(join(folders[collection], "package.json"));
  console.log(`${version} in Chromium ${browser}`);
} else {
  await readAll(landing, collection, libraries[library]);
}

import type { StyleSpecification } from "maplibre-gl";
import type { Client } from "../api/client";
import type { StyleMetadata } from "../api/types";

/** A style of the server's with the layer list in its metadata. */
export type MapStyle = StyleSpecification & { metadata: StyleMetadata };

export async function fetchStyle(client: Client): Promise<MapStyle> {
  return rebase(await client.get<MapStyle>("styles/default.json"), client.url("."));
}

/**
 * Takes tiles, glyphs and sprites from where the page came from: the server may
 * know itself under another address than this browser does.
 */
export function rebase(style: MapStyle, base: string): MapStyle {
  const here = (address: string) =>
    address.replace(
      /^https?:\/\/[^/]+(?:\/.*)?\/((?:tiles|fonts|sprites)\/.*)$/,
      (_, path: string) => base + path,
    );
  // Tiles of other servers keep their address.
  const server = style.glyphs?.replace(/fonts\/.*$/, "tiles/");
  const tiles = (address: string) =>
    server && address.startsWith(server) ? `${base}tiles/${address.slice(server.length)}` : address;
  const sources = Object.fromEntries(
    Object.entries(style.sources).map(([id, source]) => [
      id,
      (source.type === "vector" || source.type === "raster") && source.tiles
        ? { ...source, tiles: source.tiles.map(tiles) }
        : source,
    ]),
  );
  return {
    ...style,
    sources,
    ...(style.glyphs ? { glyphs: here(style.glyphs) } : {}),
    ...(typeof style.sprite === "string" ? { sprite: here(style.sprite) } : {}),
  };
}

/** Sources and layers of the map's own, which are in no style of the server's. */
const OWN = ["selection", "live"];

export function isOwn(id: string): boolean {
  return OWN.some((prefix) => id === prefix || id.startsWith(`${prefix}-`));
}

/**
 * Puts a fresh style under what the map drew itself, and keeps the visibility
 * and the language that a person chose. For `setStyle`'s `transformStyle`.
 */
export function carryOver(
  previous: StyleSpecification | undefined,
  next: StyleSpecification,
): StyleSpecification {
  if (!previous) return next;
  const before = new Map(previous.layers.map((layer) => [layer.id, layer.layout as Layout | undefined]));
  const layers = next.layers.map((layer) => {
    const chosen: Layout = {};
    const { visibility, "text-field": text } = before.get(layer.id) ?? {};
    if (visibility !== undefined) chosen.visibility = visibility;
    if (text !== undefined && isBilingual(layer)) chosen["text-field"] = text;
    return { ...layer, layout: { ...layer.layout, ...chosen } };
  }) as StyleSpecification["layers"];
  const ownSources = Object.entries(previous.sources).filter(([id]) => isOwn(id));
  return {
    ...next,
    sources: { ...next.sources, ...Object.fromEntries(ownSources) },
    layers: [...layers, ...previous.layers.filter((layer) => isOwn(layer.id))],
  };
}

interface Layout {
  visibility?: unknown;
  "text-field"?: unknown;
}

/** Whether a layer writes texts that exist in both languages. */
export function isBilingual(layer: { metadata?: unknown }): boolean {
  return (layer.metadata as Record<string, unknown> | undefined)?.["gisd:languages"] === true;
}

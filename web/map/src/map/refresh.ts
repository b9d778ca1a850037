import type { Map as MapLibreMap } from "maplibre-gl";
import type { Client } from "../api/client";
import type { Layers } from "./layers";
import { carryOver, fetchStyle } from "./style";

/** Shows what was published since, without moving the map; no collections named: any may have changed. */
export async function refresh(
  map: MapLibreMap,
  client: Client,
  layers: Layers,
  collections: readonly string[],
): Promise<void> {
  const style = await fetchStyle(client);
  map.setStyle(style, { diff: true, transformStyle: carryOver });
  layers.renew(style.metadata);
  layers.applyAll();
  for (const [id, source] of Object.entries(style.sources)) {
    const tiled = source.type === "vector" || source.type === "raster";
    if (tiled && mayCarry(source.tiles?.[0], collections) && map.getSource(id)) {
      map.refreshTiles(id);
    }
  }
}

function mayCarry(address: string | undefined, collections: readonly string[]): boolean {
  return collections.length === 0 || carries(address ?? "", collections);
}

/** Whether a tile address such as …/tiles/roads,rail/{z}/{x}/{y}.mvt names one of them, or its labels. */
export function carries(address: string, collections: readonly string[]): boolean {
  const ids = /\/tiles\/([^/]+)\//.exec(address)?.[1]?.split(",") ?? [];
  return ids.some((id) => collections.includes(id) || collections.includes(id.replace(/_label$/, "")));
}

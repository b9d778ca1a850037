/** A feature that was clicked on. */
export interface Hit {
  collection: string;
  id: string;
  /** It comes from a tile, where at small scales one may stand for many. */
  drawn?: boolean;
}

/** A line crosses many tiles and layers, and is one feature all the same. */
export function distinct(hits: Hit[]): Hit[] {
  const seen = new Set<string>();
  return hits.filter(({ collection, id }) => {
    const key = `${collection}/${id}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** West, south, east, north in degrees of WGS 84. */
export type BBox = [west: number, south: number, east: number, north: number];

export function union(a: BBox, b: BBox): BBox {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}

/** Edges are inside. */
export function contains(box: BBox, lon: number, lat: number): boolean {
  return lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3];
}

export function covers(outer: BBox, inner: BBox): boolean {
  return contains(outer, inner[0], inner[1]) && contains(outer, inner[2], inner[3]);
}

/** Grows the box on each side by a share of its size and keeps it in the world. */
export function grow(box: BBox, share: number): BBox {
  const dx = (box[2] - box[0]) * share;
  const dy = (box[3] - box[1]) * share;
  return [
    Math.max(box[0] - dx, -180),
    Math.max(box[1] - dy, -90),
    Math.min(box[2] + dx, 180),
    Math.min(box[3] + dy, 90),
  ];
}

/** The wire's bbox parameter, CRS84, to about 10 cm. */
export function bboxParameter(box: BBox): string {
  return box.map((v) => Number(v.toFixed(6))).join(",");
}

interface Geometry {
  type: string;
  coordinates?: unknown;
  geometries?: Geometry[];
}

/** The box of a GeoJSON geometry in lon, lat; undefined for an empty one. */
export function geometryBBox(geometry: Geometry | null | undefined): BBox | undefined {
  let box: BBox | undefined;
  const visit = (c: unknown): void => {
    if (!Array.isArray(c)) {
      return;
    }
    if (typeof c[0] === "number" && typeof c[1] === "number") {
      const point: BBox = [c[0], c[1], c[0], c[1]];
      box = box ? union(box, point) : point;
      return;
    }
    c.forEach(visit);
  };
  visit(geometry?.coordinates);
  for (const part of geometry?.geometries ?? []) {
    const inner = geometryBBox(part);
    if (inner) {
      box = box ? union(box, inner) : inner;
    }
  }
  return box;
}

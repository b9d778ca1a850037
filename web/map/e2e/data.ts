import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where screenshots and made files go; git ignores it. */
export const OUT = join(import.meta.dirname, ".out");

/** The middle of the data and of every view, lon, lat degrees. */
export const CENTRE = { lon: 106.65, lat: 11.05 };

/** Nine squares of 0.02 degrees around the centre; number 5 is in the middle. */
export function writeZones(): string {
  mkdirSync(OUT, { recursive: true });
  const features = Array.from({ length: 9 }, (_, i) => {
    const west = CENTRE.lon - 0.03 + (i % 3) * 0.02;
    const south = CENTRE.lat - 0.03 + Math.floor(i / 3) * 0.02;
    const ring = [
      [west, south],
      [west + 0.02, south],
      [west + 0.02, south + 0.02],
      [west, south + 0.02],
      [west, south],
    ];
    return {
      type: "Feature",
      properties: {
        name: `Khu đất thử số ${i + 1}`,
        land_use: ["ODT", "DGT", "CLN"][i % 3],
        area: 4817250.5 + i,
        approved: `2026-03-0${i + 1}`,
        note: i === 4 ? "Đã phê duyệt <b>quy hoạch</b>" : null,
      },
      geometry: { type: "Polygon", coordinates: [ring] },
    };
  });
  const path = join(OUT, "zones.geojson");
  writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
  return path;
}

/** An MBTiles archive of one colour around the centre, cut by GDAL; the view at zoom 12 is within. */
export function writeSheet(): string {
  const image = join(OUT, "sheet.ppm");
  const archive = join(OUT, "sheet.mbtiles");
  const pixels = Buffer.alloc(256 * 256 * 3, Buffer.from([200, 32, 32]));
  writeFileSync(image, Buffer.concat([Buffer.from("P6 256 256 255\n"), pixels]));
  rmSync(archive, { force: true });
  const metres = (degrees: number) => (degrees * Math.PI * 6378137) / 180;
  const x = metres(CENTRE.lon);
  const y = 6378137 * Math.asinh(Math.tan((CENTRE.lat * Math.PI) / 180));
  const box = [x - 5000, y + 5000, x + 5000, y - 5000].map(String);
  execFileSync("gdal_translate", [
    ...["-q", "-of", "MBTiles", "-a_srs", "EPSG:3857", "-a_ullr", ...box],
    image,
    archive,
  ]);
  return archive;
}

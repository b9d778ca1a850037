import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromVN2000, toVN2000 } from "./vn2000";

// The same oracle that the server's transforms are tested against: PROJ's
// answers, from,to,x,y,u,v with x first.
const rows = readFileSync("../../spatial/crs/testdata/proj.csv", "utf8")
  .split("\n")
  .slice(1)
  .map((line) => line.split(",").map(Number) as [number, number, number, number, number, number]);

describe("VN-2000 / TM-3 105-45", () => {
  const forward = rows.filter(([from, to]) => from === 4326 && to === 9210);

  it("agrees with PROJ to a tenth of a millimetre", () => {
    expect(forward.length).toBeGreaterThan(3);
    for (const [, , lon, lat, easting, northing] of forward) {
      // Further than this from the meridian nobody uses the zone.
      if (Math.abs(lon - 105.75) > 4) continue;
      const [e, n] = toVN2000(lon, lat);
      expect(Math.hypot(e - easting, n - northing), `${lon} ${lat}`).toBeLessThan(1e-4);
    }
  });

  it("crosses 11.04° N without a step", () => {
    const [, south] = toVN2000(106.65, 11.0399);
    const [, north] = toVN2000(106.65, 11.0401);
    expect(north - south).toBeCloseTo(22.1233, 3);
  });

  it("comes back to within a millimetre", () => {
    for (const [lon, lat] of [
      [106.65, 11.05],
      [105.75, 21],
      [108.2, 16.05],
      [104.7, 8.6],
    ] as const) {
      const [backLon, backLat] = fromVN2000(...toVN2000(lon, lat));
      expect(Math.abs(backLon - lon)).toBeLessThan(1e-8);
      expect(Math.abs(backLat - lat)).toBeLessThan(1e-8);
    }
  });
});

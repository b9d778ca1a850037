import { describe, expect, it } from "vitest";
import { parseCoordinates } from "./coordinates";

describe("parseCoordinates", () => {
  it.each([
    ["11.05, 106.65", 106.65, 11.05],
    ["106.65 11.05", 106.65, 11.05],
    ["11,05 106,65", 106.65, 11.05],
    ["11.05,106.65", 106.65, 11.05],
    ["106,65; 11,05", 106.65, 11.05],
    [`11°03'00"N 106°39'00"E`, 106.65, 11.05],
    ["106°39′E, 11°3′N", 106.65, 11.05],
    ["-33.9 151.2", 151.2, -33.9],
  ])("%s", (text, lon, lat) => {
    const got = parseCoordinates(text);
    expect(got?.lon).toBeCloseTo(lon, 9);
    expect(got?.lat).toBeCloseTo(lat, 9);
    expect(got?.system).toBe("wgs84");
  });

  it.each(["598143.77 1221017.40", "1221017,40; 598143,77"])("VN-2000 in either order: %s", (text) => {
    const got = parseCoordinates(text);
    expect(got?.system).toBe("vn2000");
    expect(got?.lon).toBeCloseTo(106.65, 6);
    expect(got?.lat).toBeCloseTo(11.0399, 6);
  });

  it.each(["QL13", "", "12", "Bình Dương", "200 300", "1 2 3", "99999999 99999999"])(
    "not a place: %s",
    (text) => {
      expect(parseCoordinates(text)).toBeUndefined();
    },
  );
});

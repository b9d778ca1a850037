import { fromVN2000, inVietnam } from "./vn2000";

/** A place that a person typed, WGS 84 lon, lat degrees. */
export interface Place {
  lon: number;
  lat: number;
  system: "wgs84" | "vn2000";
}

/**
 * Reads coordinates as people write them; undefined when the text is something
 * else. Degrees may be in either order: in Vietnam the latitude is always the
 * smaller number. Two numbers of six or seven digits are VN-2000 metres, in
 * either order too (surveys write X = northing first).
 */
export function parseCoordinates(text: string): Place | undefined {
  const angles = parseDegreesMinutes(text);
  if (angles) {
    return place(angles[0], angles[1]);
  }
  const parts = splitNumbers(text);
  if (!parts) {
    return undefined;
  }
  const [a, b] = parts;
  if (Math.abs(a) >= 10_000 && Math.abs(b) >= 10_000) {
    const [easting, northing] = a < b ? [a, b] : [b, a];
    const [lon, lat] = fromVN2000(easting, northing);
    return inVietnam(lon, lat) ? { lon, lat, system: "vn2000" } : undefined;
  }
  return place(a, b);
}

/** Takes a latitude and a longitude in either order. */
function place(a: number, b: number): Place | undefined {
  const [lat, lon] = inVietnam(a, b) || Math.abs(a) > 90 ? [b, a] : [a, b];
  if (Math.abs(lat) > 90 || Math.abs(lon) > 180) {
    return undefined;
  }
  return { lon, lat, system: "wgs84" };
}

/** "11.05, 106.65", "11,05 106,65" (decimal commas), "106.65;11.05". */
function splitNumbers(text: string): [number, number] | undefined {
  const number = String.raw`([+-]?\d{1,8}(?:[.,]\d+)?)`;
  for (const separator of [String.raw`\s*[;/]\s*`, String.raw`,\s+`, String.raw`\s+`, ","]) {
    const match = new RegExp(`^\\s*${number}${separator}${number}\\s*$`).exec(text);
    if (match?.[1] && match[2]) {
      const values = [match[1], match[2]].map((n) => Number(n.replace(",", ".")));
      return [values[0] ?? Number.NaN, values[1] ?? Number.NaN];
    }
  }
  return undefined;
}

/** 11°03'15.5"N 106°39'E; returns [latitude, longitude]. */
function parseDegreesMinutes(text: string): [number, number] | undefined {
  const angle = String.raw`(\d{1,3}(?:[.,]\d+)?)\s*°\s*(?:(\d{1,2}(?:[.,]\d+)?)\s*['′’]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)\s*["″”]\s*)?([NSEWBĐT])?`;
  const match = new RegExp(`^\\s*${angle}[\\s,;]*${angle}\\s*$`, "i").exec(text);
  if (!match) {
    return undefined;
  }
  const value = (at: number) =>
    [0, 1, 2].reduce((sum, i) => sum + Number((match[at + i] ?? "0").replace(",", ".")) / 60 ** i, 0);
  const letter = (at: number) => (match[at] ?? "").toUpperCase();
  const sign = (l: string) => (l === "S" || l === "W" || l === "T" ? -1 : 1);
  const first = value(1) * sign(letter(4));
  const second = value(5) * sign(letter(8));
  return "EWĐT".includes(letter(4)) && letter(4) !== "" ? [second, first] : [first, second];
}

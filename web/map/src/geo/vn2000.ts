/**
 * VN-2000 / TM-3 105-45 (EPSG:9210): what the ministry's seven parameters
 * (EPSG:6960) and a transverse Mercator give, the same as the server's
 * spatial/crs to well below a millimetre. Input and output are x first:
 * lon, lat degrees in WGS 84; easting, northing metres.
 */

const A = 6_378_137; // metres; VN-2000 and WGS 84 share the ellipsoid
const F = 1 / 298.257223563;
const E2 = F * (2 - F);
const B = A * (1 - F);

const CENTRAL_MERIDIAN = 105.75;
const SCALE = 0.9999;
const FALSE_EASTING = 500_000;

// From VN-2000 to WGS 84, position vector signs: metres, arc seconds, ppm.
const SHIFT = { x: -191.90441429, y: -39.30318279, z: -111.45032835 };
const TURN = { x: 0.00928836, y: -0.01975479, z: 0.00427372 };
const GROWTH = 1 + 0.252906278e-6;

const RADIAN = Math.PI / 180;
const SECOND = RADIAN / 3600;

// Krüger's series in the third flattening n, to the fourth order: 0.001 mm.
const N = F / (2 - F);
const RECTIFYING = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const FORWARD = [
  N / 2 - (2 / 3) * N ** 2 + (5 / 16) * N ** 3 + (41 / 180) * N ** 4,
  (13 / 48) * N ** 2 - (3 / 5) * N ** 3 + (557 / 1440) * N ** 4,
  (61 / 240) * N ** 3 - (103 / 140) * N ** 4,
  (49561 / 161280) * N ** 4,
];
const INVERSE = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - (1 / 360) * N ** 4,
  (1 / 48) * N ** 2 + (1 / 15) * N ** 3 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161280) * N ** 4,
];

type Triple = [number, number, number];

/** WGS 84 lon, lat degrees to VN-2000 easting, northing metres. */
export function toVN2000(lon: number, lat: number): [easting: number, northing: number] {
  const [x, y, z] = geocentric(lon, lat);
  return project(...geodetic(turnBack([x - SHIFT.x, y - SHIFT.y, z - SHIFT.z])));
}

/** VN-2000 easting, northing metres to WGS 84 lon, lat degrees. */
export function fromVN2000(easting: number, northing: number): [lon: number, lat: number] {
  const [lon, lat] = unproject(easting, northing);
  const [x, y, z] = turn(geocentric(lon, lat));
  return geodetic([x + SHIFT.x, y + SHIFT.y, z + SHIFT.z]);
}

/** Whether a place lies where VN-2000 is in force, lon, lat degrees. */
export function inVietnam(lon: number, lat: number): boolean {
  return lon >= 102 && lon <= 118 && lat >= 6.5 && lat <= 23.6;
}

function turn([x, y, z]: Triple): Triple {
  const rx = TURN.x * SECOND;
  const ry = TURN.y * SECOND;
  const rz = TURN.z * SECOND;
  return [GROWTH * (x - rz * y + ry * z), GROWTH * (rz * x + y - rx * z), GROWTH * (-ry * x + rx * y + z)];
}

/** The transposed linear rotation, as PROJ inverts it. */
function turnBack([x, y, z]: Triple): Triple {
  const rx = TURN.x * SECOND;
  const ry = TURN.y * SECOND;
  const rz = TURN.z * SECOND;
  return [(x + rz * y - ry * z) / GROWTH, (-rz * x + y + rx * z) / GROWTH, (ry * x - rx * y + z) / GROWTH];
}

/** At height 0, in metres. */
function geocentric(lon: number, lat: number): Triple {
  const sin = Math.sin(lat * RADIAN);
  const cos = Math.cos(lat * RADIAN);
  const radius = A / Math.sqrt(1 - E2 * sin * sin);
  return [
    radius * cos * Math.cos(lon * RADIAN),
    radius * cos * Math.sin(lon * RADIAN),
    radius * (1 - E2) * sin,
  ];
}

/** Bowring's formula; the height is dropped. */
function geodetic([x, y, z]: Triple): [lon: number, lat: number] {
  const p = Math.hypot(x, y);
  const reduced = Math.atan2(z * A, p * B);
  const up = z + (E2 / (1 - E2)) * B * Math.sin(reduced) ** 3;
  const out = p - E2 * A * Math.cos(reduced) ** 3;
  return [Math.atan2(y, x) / RADIAN, Math.atan2(up, out) / RADIAN];
}

function project(lon: number, lat: number): [number, number] {
  const e = Math.sqrt(E2);
  const sin = Math.sin(lat * RADIAN);
  const conformal = Math.sinh(Math.atanh(sin) - e * Math.atanh(e * sin));
  const l = (lon - CENTRAL_MERIDIAN) * RADIAN;
  const xi = Math.atan2(conformal, Math.cos(l));
  const eta = Math.asinh(Math.sin(l) / Math.hypot(conformal, Math.cos(l)));
  let x = eta;
  let y = xi;
  FORWARD.forEach((a, i) => {
    const k = 2 * (i + 1);
    x += a * Math.cos(k * xi) * Math.sinh(k * eta);
    y += a * Math.sin(k * xi) * Math.cosh(k * eta);
  });
  return [FALSE_EASTING + SCALE * RECTIFYING * x, SCALE * RECTIFYING * y];
}

function unproject(easting: number, northing: number): [lon: number, lat: number] {
  const x = (easting - FALSE_EASTING) / (SCALE * RECTIFYING);
  const y = northing / (SCALE * RECTIFYING);
  let eta = x;
  let xi = y;
  INVERSE.forEach((b, i) => {
    const k = 2 * (i + 1);
    eta -= b * Math.cos(k * y) * Math.sinh(k * x);
    xi -= b * Math.sin(k * y) * Math.cosh(k * x);
  });
  const conformal = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  const e = Math.sqrt(E2);
  let sin = conformal / Math.sqrt(1 + conformal * conformal);
  const target = Math.asinh(conformal);
  for (let i = 0; i < 6; i++) {
    sin = Math.tanh(target + e * Math.atanh(e * sin));
  }
  return [CENTRAL_MERIDIAN + Math.atan2(Math.sinh(eta), Math.cos(xi)) / RADIAN, Math.asin(sin) / RADIAN];
}

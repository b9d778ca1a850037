import { describe, expect, it, vi } from "vitest";
import type { DevicePosition } from "../api/types";
import { isStale, Positions } from "./positions";

function at(device: string, seconds: number, lon = 106.6): DevicePosition {
  const time = new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
  return { device, kind: "bus", name: device, lon, lat: 11, time };
}

const frame = { snapshot: false, positions: [], removed: [] };

describe("Positions", () => {
  it("keeps the latest fix of each device and forgets what left", () => {
    const positions = new Positions((run) => run());
    positions.apply({ ...frame, snapshot: true, positions: [at("a", 1), at("b", 1)] });
    positions.apply({ ...frame, positions: [at("a", 3, 106.7), at("c", 1)], removed: ["b"] });
    positions.apply({ ...frame, positions: [at("a", 2, 1)] });
    expect(positions.all().map((p) => [p.device, p.lon])).toEqual([
      ["a", 106.7],
      ["c", 106.6],
    ]);
    expect(positions.within([106.65, 10, 107, 12]).map((p) => p.device)).toEqual(["a"]);
    positions.apply({ ...frame, snapshot: true });
    expect(positions.all()).toEqual([]);
  });

  it("tells listeners once for many frames of the stream", () => {
    const runs: (() => void)[] = [];
    const positions = new Positions((run) => runs.push(run));
    const heard = vi.fn();
    const stop = positions.onChange(heard);
    for (let i = 0; i < 5; i++) positions.apply({ ...frame, positions: [at("a", i)] });
    expect(runs.length).toBe(1);
    runs[0]?.();
    expect(heard).toHaveBeenCalledTimes(1);
    stop();
    positions.apply({ ...frame, positions: [at("a", 9)] });
    runs[1]?.();
    expect(heard).toHaveBeenCalledTimes(1);
  });
});

it("knows who has been silent for too long", () => {
  const bus = at("a", 0);
  const start = Date.parse(bus.time);
  expect(isStale(bus, start + 119_000)).toBe(false);
  expect(isStale(bus, start + 121_000)).toBe(true);
  expect(isStale({ ...bus, kind: "sensor" }, start + 600_000)).toBe(false);
});

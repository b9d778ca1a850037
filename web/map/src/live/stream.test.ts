import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveFrame } from "./positions";
import { type LiveStatus, Stream, type Touched } from "./stream";

/** The browser's EventSource, driven by hand. */
class FakeSource extends EventTarget {
  static CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 0;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.opened.push(this);
  }

  close(): void {
    this.readyState = 2;
  }

  say(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }

  refuse(): void {
    this.readyState = 2;
    this.onerror?.();
  }
}

const frames: LiveFrame[] = [];
const statuses: LiveStatus[] = [];
const changes: string[][] = [];
const touched: Touched[][] = [];
const stream = () =>
  new Stream("http://x/live/stream", {
    frame: (frame) => frames.push(frame),
    changed: (collections) => changes.push(collections),
    touched: (parts) => touched.push(parts),
    status: (status) => statuses.push(status),
  });
const last = () => FakeSource.opened.at(-1) as FakeSource;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  for (const list of [frames, statuses, changes, touched, FakeSource.opened]) list.length = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("Stream", () => {
  it("asks for the viewport and passes on what it hears", () => {
    stream().open({ bbox: [106.1234567, 10, 107, 12], zoom: 11.4 });
    expect(last().url).toBe("http://x/live/stream?bbox=106.123457,10,107,12&zoom=11");
    last().onopen?.();
    last().say("snapshot", { seq: 1, positions: [{ device: "a" }] });
    last().say("positions", { positions: [{ device: "b" }] });
    last().say("remove", { devices: ["a"] });
    last().say("tiles-changed", { collections: ["roads"] });
    last().say("tiles-changed", {
      collections: [],
      tiles: [
        { collection: "parcels", boxes: [[106, 11, 106.1, 11.1]] },
        { collection: "plan", all: true },
      ],
    });
    expect(frames.map((f) => [f.snapshot, f.positions.length, f.removed])).toEqual([
      [true, 1, []],
      [false, 1, []],
      [false, 0, ["a"]],
    ]);
    expect(changes).toEqual([["roads"]]);
    expect(touched).toEqual([
      [
        { collection: "parcels", boxes: [[106, 11, 106.1, 11.1]], all: false },
        { collection: "plan", boxes: [], all: true },
      ],
    ]);
    expect(statuses).toEqual(["connecting", "open"]);
  });

  it("waits longer after each refusal, and then asks what changed meanwhile", () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    const s = stream();
    s.open({ bbox: [106, 10, 107, 12], zoom: 10 });
    for (const wait of [1000, 2000, 4000]) {
      const count = FakeSource.opened.length;
      last().refuse();
      vi.advanceTimersByTime(wait - 1);
      expect(FakeSource.opened.length).toBe(count);
      vi.advanceTimersByTime(1);
      expect(FakeSource.opened.length).toBe(count + 1);
    }
    last().onopen?.();
    expect(changes).toEqual([[]]);
    s.close();
    expect(last().readyState).toBe(2);
  });

  it("leaves a broken connection to the browser, which mends it", () => {
    stream().open({ bbox: [106, 10, 107, 12], zoom: 10 });
    last().readyState = 0;
    last().onerror?.();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.opened.length).toBe(1);
    expect(statuses.at(-1)).toBe("lost");
  });
});

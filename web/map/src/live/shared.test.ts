import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeChannel } from "./fake_channel";
import type { LiveFrame } from "./positions";
import { SharedStream } from "./shared";

const opened: { url: string; listeners: Map<string, (e: MessageEvent) => void>; closed: boolean }[] = [];

class FakeSource {
  static CLOSED = 2;
  readonly entry: (typeof opened)[number];
  onopen = null;
  onerror = null;

  constructor(url: string) {
    this.entry = { url, listeners: new Map(), closed: false };
    opened.push(this.entry);
  }

  addEventListener(name: string, listener: (e: MessageEvent) => void): void {
    this.entry.listeners.set(name, listener);
  }

  close(): void {
    this.entry.closed = true;
  }
}

/** One lock; the next in line gets it when the holder lets go. */
const queue: (() => Promise<void>)[] = [];
const locks = {
  request: (_: string, __: unknown, hold: () => Promise<void>) =>
    new Promise<void>((resolve) => {
      const take = () =>
        hold().then(() => {
          queue.shift();
          resolve();
          void queue[0]?.();
        });
      queue.push(take);
      if (queue.length === 1) void take();
    }),
};

function tab() {
  const frames: LiveFrame[] = [];
  const before = new Set(FakeChannel.all);
  const shared = new SharedStream("/live/stream", {
    frame: (f) => frames.push(f),
    changed: () => {},
    touched: () => {},
    status: () => {},
  });
  const channels = [...FakeChannel.all].filter((c) => !before.has(c));
  const mute = (muted: boolean) => {
    for (const channel of channels) channel.muted = muted;
  };
  return { frames, shared, mute };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
  opened.length = 0;
  queue.length = 0;
  FakeChannel.all.clear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, "locks");
});

const near = { bbox: [106.6, 11, 106.7, 11.1], zoom: 12 } as const;
const far = { bbox: [106.8, 11.2, 106.9, 11.3], zoom: 12 } as const;
const open = () => opened.filter((s) => !s.closed);
const watch = (t: ReturnType<typeof tab>, view: typeof near | typeof far) => {
  t.shared.watch({ bbox: [...view.bbox], zoom: view.zoom });
  vi.advanceTimersByTime(500);
};

describe("SharedStream", () => {
  it("opens one stream for the union of two tabs and tells both", () => {
    const [a, b] = [tab(), tab()];
    watch(a, near);
    expect(opened.length).toBe(1);
    watch(b, far);
    expect(open().length).toBe(1);
    const bbox =
      /bbox=([^&]+)/
        .exec(opened.at(-1)?.url ?? "")?.[1]
        ?.split(",")
        .map(Number) ?? [];
    expect(bbox[0]).toBeLessThan(106.6);
    expect(bbox[2]).toBeGreaterThan(106.9);

    opened.at(-1)?.listeners.get("snapshot")?.(new MessageEvent("snapshot", { data: '{"positions":[]}' }));
    vi.advanceTimersByTime(1);
    expect(a.frames.at(-1)?.snapshot).toBe(true);
    expect(b.frames.at(-1)?.snapshot).toBe(true);
    a.shared.close();
    b.shared.close();
  });

  it("keeps the stream while a tab moves a little", () => {
    const a = tab();
    watch(a, near);
    a.shared.watch({ bbox: [106.61, 11.01, 106.71, 11.11], zoom: 12.3 });
    vi.advanceTimersByTime(500);
    expect(opened.length).toBe(1);
    a.shared.close();
  });

  it("hands over when the leading tab closes", async () => {
    const [a, b] = [tab(), tab()];
    watch(a, near);
    watch(b, far);
    a.shared.close();
    await vi.advanceTimersByTimeAsync(1);
    expect(open().length).toBe(1);
    expect(open()[0]?.url).toContain("bbox=106.775");
    b.shared.close();
  });

  it("streams alone where tabs cannot speak to each other", () => {
    vi.stubGlobal("BroadcastChannel", undefined);
    const [a, b] = [tab(), tab()];
    watch(a, near);
    watch(b, far);
    expect(open().length).toBe(2);
    a.shared.close();
    b.shared.close();
  });
});

describe("SharedStream on plain HTTP, without locks", () => {
  beforeEach(() => {
    Reflect.deleteProperty(navigator, "locks");
  });

  /** A tab that leads for `near` and one that watches `far`. */
  function two() {
    const a = tab();
    watch(a, near);
    vi.advanceTimersByTime(1000);
    const b = tab();
    watch(b, far);
    vi.advanceTimersByTime(1000);
    return [a, b] as const;
  }

  it("opens one stream for two tabs and tells both", () => {
    const [a, b] = two();
    vi.advanceTimersByTime(120_000);
    expect(open().length).toBe(1);
    open()[0]?.listeners.get("snapshot")?.(new MessageEvent("snapshot", { data: '{"positions":[]}' }));
    vi.advanceTimersByTime(1);
    expect(a.frames.at(-1)?.snapshot).toBe(true);
    expect(b.frames.at(-1)?.snapshot).toBe(true);
    a.shared.close();
    b.shared.close();
  });

  it("hands over at once when the leading tab closes", () => {
    const [a, b] = two();
    a.shared.close();
    expect(open().length).toBe(0);
    vi.advanceTimersByTime(1);
    expect(open().length).toBe(1);
    expect(open()[0]?.url).toContain("bbox=106.775");
    b.shared.close();
  });

  it("replaces a leading tab that is silent for three seconds", () => {
    const [a, b] = two();
    const before = opened.length;
    a.mute(true);
    vi.advanceTimersByTime(1900);
    expect(opened.length).toBe(before);
    vi.advanceTimersByTime(1200);
    expect(opened.length).toBe(before + 1);
    expect(opened.at(-1)?.url).toContain("bbox=106.775");
    b.shared.close();
  });

  it("gives way to the earlier tab when that one is heard again", () => {
    const [a, b] = two();
    a.mute(true);
    vi.advanceTimersByTime(4000);
    expect(open().length).toBe(2);
    a.mute(false);
    vi.advanceTimersByTime(2000);
    expect(open().length).toBe(1);
    expect(open()[0]).not.toBe(opened.at(-1));
    a.shared.close();
    vi.advanceTimersByTime(1);
    expect(open().length).toBe(1);
    b.shared.close();
  });

  it("leaves one stream where two tabs start at once", () => {
    const [a, b] = [tab(), tab()];
    a.shared.watch({ bbox: [...near.bbox], zoom: 12 });
    b.shared.watch({ bbox: [...far.bbox], zoom: 12 });
    vi.advanceTimersByTime(5000);
    expect(open().length).toBe(1);
    a.shared.close();
    b.shared.close();
  });

  it("leaves no timer, channel or stream behind", () => {
    const [a, b] = two();
    b.shared.close();
    a.shared.close();
    vi.advanceTimersByTime(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(FakeChannel.all.size).toBe(0);
    expect(open().length).toBe(0);
  });
});

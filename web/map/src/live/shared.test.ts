import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
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

/** Channels of one browser: everybody but the sender hears. */
class FakeChannel {
  static all = new Set<FakeChannel>();
  onmessage: ((e: { data: unknown }) => void) | null = null;

  constructor() {
    FakeChannel.all.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.all)
      if (other !== this) other.onmessage?.({ data: structuredClone(data) });
  }

  close(): void {
    FakeChannel.all.delete(this);
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
  const shared = new SharedStream("/live/stream", {
    frame: (f) => frames.push(f),
    changed: () => {},
    status: () => {},
  });
  return { frames, shared };
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
    expect(opened.filter((s) => !s.closed).length).toBe(1);
    const bbox =
      /bbox=([^&]+)/
        .exec(opened.at(-1)?.url ?? "")?.[1]
        ?.split(",")
        .map(Number) ?? [];
    expect(bbox[0]).toBeLessThan(106.6);
    expect(bbox[2]).toBeGreaterThan(106.9);

    opened.at(-1)?.listeners.get("snapshot")?.(new MessageEvent("snapshot", { data: '{"positions":[]}' }));
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
    const open = opened.filter((s) => !s.closed);
    expect(open.length).toBe(1);
    expect(open[0]?.url).toContain("bbox=106.775");
    b.shared.close();
  });

  it("streams alone where the browser has no locks", () => {
    Reflect.deleteProperty(navigator, "locks");
    const [a, b] = [tab(), tab()];
    watch(a, near);
    watch(b, far);
    expect(opened.filter((s) => !s.closed).length).toBe(2);
    a.shared.close();
    b.shared.close();
  });
});

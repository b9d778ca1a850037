import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeChannel } from "./fake_channel";
import { BeatElection } from "./heartbeat";

/** The names of those that lead now, and how often that changed. */
const leading = new Set<string>();
let changes = 0;

function enter(name: string) {
  const election = new BeatElection("test", {
    lead: () => {
      leading.add(name);
      changes++;
    },
    resign: () => {
      leading.delete(name);
      changes++;
    },
  });
  const channel = [...FakeChannel.all].at(-1) as FakeChannel;
  const leave = () => {
    election.leave();
    leading.delete(name);
  };
  return { channel, leave };
}

/** Tabs that opened one after the other, the first leading. */
function queue(...names: string[]) {
  return names.map((name) => {
    const tab = enter(name);
    vi.advanceTimersByTime(700);
    return tab;
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("BroadcastChannel", FakeChannel);
  FakeChannel.all.clear();
  leading.clear();
  changes = 0;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("BeatElection", () => {
  it("lets the first lead and later ones follow, for as long as it is heard", () => {
    queue("a", "b", "c");
    vi.advanceTimersByTime(600_000);
    expect([...leading]).toEqual(["a"]);
    expect(changes).toBe(1);
  });

  it.each([
    ["rising", 1],
    ["falling", -1],
  ])("elects one of many that start in the same millisecond, ids %s", (_, step) => {
    let next = 5;
    vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
      next += step;
      (array as unknown as Uint32Array).fill(next);
      return array;
    });
    for (const name of ["a", "b", "c", "d"]) enter(name);
    vi.advanceTimersByTime(499);
    expect(leading.size).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(leading.size).toBe(1);
    expect(changes).toBe(1);
    expect([...leading]).toEqual([step > 0 ? "a" : "d"]);
  });

  it("hands over to the next alone, at once", () => {
    const [a] = queue("a", "b", "c");
    a?.leave();
    vi.advanceTimersByTime(1);
    expect([...leading]).toEqual(["b"]);
    vi.advanceTimersByTime(10_000);
    expect([...leading]).toEqual(["b"]);
    expect(changes).toBe(2);
  });

  it("finds another where the heir is gone without a word", () => {
    const [a, b] = queue("a", "b", "c");
    if (b) b.channel.muted = true;
    a?.leave();
    vi.advanceTimersByTime(600);
    expect([...leading]).toEqual(["c"]);
  });

  it("replaces one that is silent, not sooner than after 2.5 s and within 3.1 s", () => {
    const [a] = queue("a", "b", "c");
    vi.advanceTimersByTime(1000);
    if (a) a.channel.muted = true;
    vi.advanceTimersByTime(1900);
    expect([...leading]).toEqual(["a"]);
    vi.advanceTimersByTime(1200);
    expect([...leading]).toEqual(["a", "b"]);
  });

  it("keeps a leader whose timers the browser slows, as it still answers", () => {
    const set = globalThis.setTimeout;
    const beat = 1000;
    vi.stubGlobal("setTimeout", (act: () => void, wait: number) => set(act, wait === beat ? 60_000 : wait));
    queue("a", "b");
    vi.advanceTimersByTime(300_000);
    expect([...leading]).toEqual(["a"]);
    expect(changes).toBe(1);
  });

  it("settles on the earlier of two that lead", () => {
    const [a] = queue("a", "b");
    if (a) a.channel.muted = true;
    vi.advanceTimersByTime(4000);
    expect(leading.size).toBe(2);
    if (a) a.channel.muted = false;
    vi.advanceTimersByTime(1100);
    expect([...leading]).toEqual(["a"]);
    expect(changes).toBe(3);
  });

  it("leaves no timer and hears nothing after it has left", () => {
    const tabs = queue("a", "b", "c");
    for (const tab of tabs) tab.leave();
    vi.advanceTimersByTime(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(FakeChannel.all.size).toBe(0);
    for (const tab of tabs) expect(tab.channel.onmessage).toBeNull();
  });
});

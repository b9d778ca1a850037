import { BeatElection } from "./heartbeat";

/** What a tab does when it is, or is no longer, the one that leads. */
export interface Member {
  lead(): void;
  /** Told only to a tab that leads. */
  resign(): void;
}

/** Keeps one tab of a browser leading; a tab is in it until it leaves. */
export interface Election {
  leave(): void;
}

/**
 * Enters the election of that name. Locks exist only in secure contexts; on
 * plain HTTP the tabs settle it among themselves. A tab without a way to
 * others leads at once.
 */
export function elect(name: string, member: Member): Election {
  if (typeof BroadcastChannel !== "function") {
    member.lead();
    return { leave: () => undefined };
  }
  return "locks" in navigator ? byLock(name, member) : new BeatElection(name, member);
}

/** The tab that holds the lock leads, until it leaves or its page is gone. */
function byLock(name: string, member: Member): Election {
  const stop = new AbortController();
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  void navigator.locks
    .request(name, { signal: stop.signal }, () => {
      if (!stop.signal.aborted) member.lead();
      return held;
    })
    .catch(() => undefined); // left before it was this tab's turn
  return {
    leave: () => {
      stop.abort();
      release();
    },
  };
}

import { covers, grow, union } from "../geo/bbox";
import { type Election, elect } from "./election";
import type { LiveFrame } from "./positions";
import { Positions } from "./positions";
import { type LiveListener, type LiveStatus, Stream, type Touched, type Viewport } from "./stream";

/** What tabs of one browser say to each other. */
type Message =
  | { type: "watch"; tab: string; viewport: Viewport }
  | { type: "bye"; tab: string }
  | { type: "frame"; frame: LiveFrame }
  | { type: "changed"; collections: string[] }
  | { type: "touched"; changes: Touched[] }
  | { type: "status"; status: LiveStatus }
  | { type: "who" };

const CHANNEL = "gisd-live";
const REPEAT_MS = 20_000;
const FORGET_MS = 60_000;
const SETTLE_MS = 400;
/** Watch a little more than is seen, so that small moves keep the connection. */
const MARGIN = 0.25;

/**
 * One stream for all tabs of a browser: the tab that leads connects for the
 * union of what the tabs show and passes on what it hears.
 */
export class SharedStream {
  readonly #tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
  readonly #listener: LiveListener;
  readonly #stream: Stream;
  readonly #channel: BroadcastChannel | undefined;
  readonly #known = new Positions(() => undefined);
  readonly #tabs = new Map<string, { viewport: Viewport; heard: number }>();
  readonly #election: Election;
  #own: Viewport | undefined;
  #open: Viewport | undefined;
  #leads = false;
  #status: LiveStatus = "connecting";
  #settle: ReturnType<typeof setTimeout> | undefined;
  #repeat: ReturnType<typeof setInterval> | undefined;

  constructor(url: string, listener: LiveListener) {
    this.#listener = listener;
    this.#stream = new Stream(url, {
      frame: (frame) => this.#pass({ type: "frame", frame }),
      changed: (collections) => this.#pass({ type: "changed", collections }),
      touched: (changes) => this.#pass({ type: "touched", changes }),
      status: (status) => this.#pass({ type: "status", status }),
    });
    if (typeof BroadcastChannel === "function") {
      this.#channel = new BroadcastChannel(CHANNEL);
      this.#channel.onmessage = (event: MessageEvent<Message>) => this.#hear(event.data);
      this.#repeat = setInterval(() => this.#announce(), REPEAT_MS);
    }
    this.#election = elect(CHANNEL, { lead: () => this.#lead(), resign: () => this.#resign() });
  }

  /** Tells what this tab shows; connections follow once it has settled. */
  watch(viewport: Viewport): void {
    this.#own = viewport;
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#announce();
      this.#follow();
    }, SETTLE_MS);
  }

  close(): void {
    clearTimeout(this.#settle);
    clearInterval(this.#repeat);
    this.#post({ type: "bye", tab: this.#tab });
    this.#stream.close();
    this.#election.leave();
    this.#channel?.close();
  }

  #lead(): void {
    this.#leads = true;
    this.#post({ type: "who" });
    this.#follow();
  }

  /** Another tab leads: it connects for this one too. */
  #resign(): void {
    this.#leads = false;
    this.#stream.close();
    this.#open = undefined;
    this.#tabs.clear();
    this.#announce();
  }

  #announce(): void {
    if (this.#own && !this.#leads) this.#post({ type: "watch", tab: this.#tab, viewport: this.#own });
    if (this.#leads) this.#follow();
  }

  /** Connects anew where the tabs show more, or much less, than the stream does. */
  #follow(): void {
    if (!this.#leads) return;
    const now = Date.now();
    let wanted = this.#own;
    for (const [tab, { viewport, heard }] of this.#tabs) {
      if (now - heard > FORGET_MS) this.#tabs.delete(tab);
      else wanted = wanted ? both(wanted, viewport) : viewport;
    }
    if (!wanted || (this.#open && fits(this.#open, wanted))) return;
    this.#open = { bbox: grow(wanted.bbox, MARGIN), zoom: wanted.zoom };
    this.#stream.open(this.#open);
  }

  #hear(message: Message): void {
    switch (message.type) {
      case "who":
        this.#announce();
        break;
      case "watch":
        if (!this.#leads) break;
        this.#greet(message.tab);
        this.#tabs.set(message.tab, { viewport: message.viewport, heard: Date.now() });
        this.#follow();
        break;
      case "bye":
        this.#tabs.delete(message.tab);
        break;
      default:
        if (!this.#leads) this.#deliver(message);
    }
  }

  /** A tab that is new starts with what is known. */
  #greet(tab: string): void {
    if (this.#tabs.has(tab)) return;
    this.#post({ type: "frame", frame: { snapshot: true, positions: this.#known.all(), removed: [] } });
    this.#post({ type: "status", status: this.#status });
  }

  #pass(message: Message): void {
    if (message.type === "frame") this.#known.apply(message.frame);
    if (message.type === "status") this.#status = message.status;
    this.#deliver(message);
    this.#post(message);
  }

  #deliver(message: Message): void {
    if (message.type === "frame") this.#listener.frame(message.frame);
    else if (message.type === "changed") this.#listener.changed(message.collections);
    else if (message.type === "touched") this.#listener.touched(message.changes);
    else if (message.type === "status") this.#listener.status(message.status);
  }

  #post(message: Message): void {
    this.#channel?.postMessage(message);
  }
}

function both(a: Viewport, b: Viewport): Viewport {
  return { bbox: union(a.bbox, b.bbox), zoom: Math.max(a.zoom, b.zoom) };
}

/** Whether an open stream still serves: it covers the view and is not far wider. */
function fits(open: Viewport, wanted: Viewport): boolean {
  const width = (v: Viewport) => v.bbox[2] - v.bbox[0];
  return (
    covers(open.bbox, wanted.bbox) &&
    width(open) <= 4 * width(wanted) &&
    Math.abs(open.zoom - wanted.zoom) < 2
  );
}

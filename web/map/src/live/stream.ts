import { type BBox, bboxParameter } from "../geo/bbox";
import type { LiveFrame } from "./positions";

export type LiveStatus = "connecting" | "open" | "lost";

/** What a stream of moves tells its owner. */
export interface LiveListener {
  frame(frame: LiveFrame): void;
  /** Collections that have a new version; an empty list where any may have. */
  changed(collections: string[]): void;
  /** Features of these changed, and with them the tiles that touch the boxes. */
  touched(changes: Touched[]): void;
  status(status: LiveStatus): void;
}

/** Where features of a collection changed. */
export interface Touched {
  collection: string;
  boxes: BBox[];
  /** Any of them may have; there are no boxes then. */
  all: boolean;
}

export interface Viewport {
  bbox: BBox;
  zoom: number;
}

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

/**
 * One connection to /live/stream. A connection that breaks is mended by the
 * browser, which says what it saw last; one that is refused is tried again,
 * waiting twice as long each time with jitter, so that a restarted server is
 * not met by all browsers at once. Each connection begins with a snapshot.
 */
export class Stream {
  readonly #url: string;
  readonly #listener: LiveListener;
  #source: EventSource | undefined;
  #viewport: Viewport | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(url: string, listener: LiveListener) {
    this.#url = url;
    this.#listener = listener;
  }

  /** Watches another part of the map. */
  open(viewport: Viewport): void {
    this.#viewport = viewport;
    this.#failures = 0;
    this.#connect();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #connect(): void {
    this.close();
    if (!this.#viewport) return;
    const { bbox, zoom } = this.#viewport;
    const source = new EventSource(`${this.#url}?bbox=${bboxParameter(bbox)}&zoom=${Math.round(zoom)}`);
    this.#source = source;
    const listener = this.#listener;
    listener.status("connecting");
    source.onopen = () => {
      // What changed while nobody listened is not known.
      if (this.#failures > 0) listener.changed([]);
      this.#failures = 0;
      listener.status("open");
    };
    source.onerror = () => {
      listener.status("lost");
      if (source.readyState === EventSource.CLOSED) this.#retry();
    };
    const on = (name: string, handle: (data: Record<string, unknown>) => void) =>
      source.addEventListener(name, (event: MessageEvent<string>) => {
        const data = readJSON(event.data);
        if (data) handle(data);
      });
    on("snapshot", (data) =>
      listener.frame({ snapshot: true, positions: list(data.positions), removed: [] }),
    );
    on("positions", (data) =>
      listener.frame({ snapshot: false, positions: list(data.positions), removed: [] }),
    );
    on("remove", (data) => listener.frame({ snapshot: false, positions: [], removed: list(data.devices) }));
    on("tiles-changed", (data) => {
      const collections = list<string>(data.collections);
      if (collections.length) listener.changed(collections);
      const changes = list<Partial<Touched>>(data.tiles).map(({ collection = "", boxes, all }) => ({
        collection,
        boxes: list<BBox>(boxes),
        all: all === true,
      }));
      if (changes.length) listener.touched(changes);
    });
  }

  #retry(): void {
    this.close();
    const wait = Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS);
    this.#failures++;
    this.#timer = setTimeout(() => this.#connect(), wait * (0.5 + Math.random() / 2));
  }
}

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function readJSON(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

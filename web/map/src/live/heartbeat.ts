import type { Election, Member } from "./election";

/** Which of two tabs goes first: the one that started first, then the lower id. */
interface Rank {
  started: number;
  id: string;
}

/**
 * What tabs say: `ask` for an answer of the one that leads, `beat` from the one
 * that leads, `bye` on leaving, with the heir where the one that leads leaves.
 */
type Word =
  | { type: "ask"; from: Rank }
  | { type: "beat"; from: Rank }
  | { type: "bye"; from: Rank; heir: string | undefined };

const BEAT_MS = 1000;
/** After this silence a tab asks; unanswered, it leads: 3 s in all. */
const SILENT_MS = 2500;
const ANSWER_MS = 500;

/**
 * An election over a BroadcastChannel alone. A tab never replaces another for
 * its silence without asking first: browsers slow the timers of hidden tabs to
 * one a minute, but not their messages, so a hidden tab that leads still
 * answers. Where two lead after all, the lower rank remains. Each tab has one
 * timer at most.
 */
export class BeatElection implements Election {
  readonly #me: Rank = { started: Date.now(), id: crypto.getRandomValues(new Uint32Array(2)).join("-") };
  readonly #member: Member;
  readonly #channel: BroadcastChannel;
  /** The other tabs that asked and have not left. */
  readonly #others = new Map<string, Rank>();
  #state: "asks" | "rests" | "leads" = "asks";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(name: string, member: Member) {
    this.#member = member;
    this.#channel = new BroadcastChannel(`${name}-election`);
    this.#channel.onmessage = (event: MessageEvent<Word>) => this.#hear(event.data);
    this.#ask();
  }

  leave(): void {
    clearTimeout(this.#timer);
    this.#channel.onmessage = null;
    const heir = this.#state === "leads" ? [...this.#others.values()].sort(compare)[0]?.id : undefined;
    this.#post({ type: "bye", from: this.#me, heir });
    this.#channel.close();
  }

  #hear(word: Word): void {
    switch (word.type) {
      case "ask":
        this.#others.set(word.from.id, word.from);
        if (this.#state === "leads") this.#beat();
        else if (compare(word.from, this.#me) < 0) this.#rest();
        // The other may have opened after this tab asked.
        else if (this.#state === "asks") this.#post({ type: "ask", from: this.#me });
        break;
      case "beat":
        if (this.#state === "leads" && compare(this.#me, word.from) < 0) this.#beat();
        else this.#rest();
        break;
      case "bye":
        this.#others.delete(word.from.id);
        if (this.#state === "leads") break;
        if (word.heir === this.#me.id) this.#lead();
        else this.#ask();
    }
  }

  #ask(): void {
    this.#state = "asks";
    this.#after(ANSWER_MS, () => this.#lead());
    this.#post({ type: "ask", from: this.#me });
  }

  /** Leaves it to another, as long as that one is heard. */
  #rest(): void {
    this.#after(SILENT_MS, () => this.#ask());
    const led = this.#state === "leads";
    this.#state = "rests";
    if (led) this.#member.resign();
  }

  #lead(): void {
    this.#state = "leads";
    this.#member.lead();
    this.#beat();
  }

  #beat(): void {
    this.#after(BEAT_MS, () => this.#beat());
    this.#post({ type: "beat", from: this.#me });
  }

  #after(wait: number, act: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, wait);
  }

  #post(word: Word): void {
    this.#channel.postMessage(word);
  }
}

function compare(a: Rank, b: Rank): number {
  return a.started - b.started || (a.id < b.id ? -1 : 1);
}

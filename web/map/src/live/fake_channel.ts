/** For tests: the channels of one browser. All of a name but the sender hear, a moment later. */
export class FakeChannel {
  static readonly all = new Set<FakeChannel>();
  readonly name: string;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  /** As of a tab that is frozen or gone: it neither speaks nor hears. */
  muted = false;

  constructor(name: string) {
    this.name = name;
    FakeChannel.all.add(this);
  }

  postMessage(data: unknown): void {
    if (!FakeChannel.all.has(this)) throw new DOMException("closed", "InvalidStateError");
    if (this.muted) return;
    for (const other of FakeChannel.all) {
      if (other === this || other.name !== this.name) continue;
      const copy: unknown = structuredClone(data);
      setTimeout(() => {
        if (FakeChannel.all.has(other) && !other.muted) other.onmessage?.({ data: copy });
      }, 0);
    }
  }

  close(): void {
    FakeChannel.all.delete(this);
  }
}

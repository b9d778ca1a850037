import type { DevicePosition } from "../api/types";
import type { BBox } from "../geo/bbox";
import { contains } from "../geo/bbox";

/** What the stream tells: positions that changed, devices that are gone. */
export interface LiveFrame {
  /** The positions are all there is; forget the rest. */
  snapshot: boolean;
  positions: DevicePosition[];
  removed: string[];
}

/** The last known positions; listeners hear at most once a frame of the screen. */
export class Positions {
  #devices = new Map<string, DevicePosition>();
  #listeners = new Set<() => void>();
  #scheduled = false;
  readonly #schedule: (run: () => void) => void;

  constructor(schedule: (run: () => void) => void = (run) => void requestAnimationFrame(run)) {
    this.#schedule = schedule;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(frame: LiveFrame): void {
    if (frame.snapshot) this.#devices.clear();
    for (const position of frame.positions) {
      const known = this.#devices.get(position.device);
      // Frames of two connections may cross: an older fix never wins.
      if (!known || known.time <= position.time) this.#devices.set(position.device, position);
    }
    for (const id of frame.removed) this.#devices.delete(id);
    this.#changed();
  }

  get(device: string): DevicePosition | undefined {
    return this.#devices.get(device);
  }

  all(): DevicePosition[] {
    return [...this.#devices.values()];
  }

  within(box: BBox): DevicePosition[] {
    return this.all().filter((p) => contains(box, p.lon, p.lat));
  }

  #changed(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#schedule(() => {
      this.#scheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}

/** What does not move reports seldom. */
const patience: Record<string, number> = { sensor: 1_200_000, camera: 1_200_000 };
const PATIENCE_MS = 120_000;

/** Whether a device has been silent for longer than it should be. */
export function isStale(position: DevicePosition, now: number): boolean {
  return now - Date.parse(position.time) > (patience[position.kind] ?? PATIENCE_MS);
}

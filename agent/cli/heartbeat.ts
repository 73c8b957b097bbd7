// Says each second what a run waits for, from the first whole second of a wait on, to whoever tells those who are not at its terminal.
// A run that never waits so long pays one timer.

import { Waits, type Progress, type Wait, type What } from "./progress.ts";

const BEAT_MS = 1_000;

export class Heartbeat implements Progress {
  readonly #tell: (wait: Wait | null) => void;
  readonly #waits: Waits;
  #timer: NodeJS.Timeout | null = null;
  #isTold = false;

  /** @param tell hears null once, when a wait that it heard of is over and no other has lasted long */
  constructor(tell: (wait: Wait | null) => void, nowMs = () => performance.now()) {
    this.#tell = tell;
    this.#waits = new Waits(nowMs);
  }

  begin(what: What, limitMs?: number): () => void {
    this.#timer ??= setInterval(() => this.beat(), BEAT_MS).unref();
    return this.#waits.begin(what, limitMs);
  }

  beat(): void {
    const wait = this.#waits.newest();
    if (wait === null && !this.#isTold) return;
    this.#isTold = wait !== null;
    this.#tell(wait);
  }

  clear(): void {}

  /** A timer that the warm run left in the snapshot would have that run's clock, and make those of a boot late. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }
}

/** Both hear of each wait. */
export function both(one: Progress, other: Progress): Progress {
  return {
    begin: (what, limitMs) => {
      const ends = [one.begin(what, limitMs), other.begin(what, limitMs)];
      return () => ends.forEach((end) => end());
    },
    clear: () => [one, other].forEach((progress) => progress.clear()),
  };
}

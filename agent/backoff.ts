// The wait before another try: full jitter under a cap and under the end of the run, so that a fleet that fails together does
// not ask again in step (AWS architecture blog, "Exponential Backoff And Jitter"). Knows no error: who asks decides what is
// tried again.

import { setTimeout as sleep } from "node:timers/promises";

export interface Backoff {
  /** The longest wait after the first try; it doubles with each further one. */
  readonly baseMs: number;
  readonly capMs: number;
}

export interface RetryClock {
  /** Left for all tries, never below 0. */
  remainingMs(): number;
  /** In [0, 1). */
  random(): number;
  /** Fires when no further try is wanted. */
  readonly signal: AbortSignal;
}

/**
 * How long to wait before the next try. Null: the time is up before that.
 * @param tries made so far, 1 or more
 */
export function computeBackoffMs(tries: number, { baseMs, capMs }: Backoff, clock: RetryClock): number | null {
  if (clock.signal.aborted) return null;
  const waitMs = clock.random() * Math.min(capMs, baseMs * 2 ** (tries - 1));
  return waitMs < clock.remainingMs() ? waitMs : null;
}

/** Ends early, without an error, when the signal fires. */
export async function wait(waitMs: number, signal: AbortSignal): Promise<void> {
  await sleep(waitMs, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

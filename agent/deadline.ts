// One end for the whole run: every wait of it, for the network, a program or a lock, sits under it. Who asks the run to stop
// brings that end about early.

export interface Deadline {
  /** Never below 0; 0 from the moment that `signal` fires. */
  remainingMs(): number;
  /** Fires when the time is up, with a TimeoutError, or when the run is asked to stop, with that as its reason. */
  readonly signal: AbortSignal;
}

/**
 * Its timer does not hold the process: run.ts does that, until a moment after the end.
 * @param stop ends it early
 */
export function startDeadline(durationMs: number, stop?: AbortSignal): Deadline {
  const endMs = performance.now() + durationMs;
  const ending = new AbortController();
  setTimeout(() => ending.abort(new DOMException("the deadline is over", "TimeoutError")), durationMs).unref();
  // Not AbortSignal.any: what only an unreferenced timer leads to, it lets the collector take.
  if (stop?.aborted) ending.abort(stop.reason);
  else stop?.addEventListener("abort", () => ending.abort(stop.reason), { once: true });
  return {
    remainingMs: () => (ending.signal.aborted ? 0 : Math.max(0, endMs - performance.now())),
    signal: ending.signal,
  };
}

/** An end of its own for a part of the run: never later than the run's. */
export function endWithin(deadline: Deadline, durationMs: number): Deadline {
  return startDeadline(Math.min(durationMs, deadline.remainingMs()), deadline.signal);
}

/** What a run that changes the machine keeps of its time, however long the network makes it wait. */
interface TimeKept {
  /** To validate, to swap, and to tell the units. */
  readonly actingMs: number;
  /** To restore the old files, and to have the units take them. */
  readonly wayBackMs: number;
}

// The longest are what a slow service needs for a restart. The first boot of an image has systemd read all of its units anew,
// which takes a small machine half a second.
const WAY_BACK = { share: 1 / 6, longestMs: 10_000 };
const ACTING = { share: 1 / 4, longestMs: 10_000 };

export function keepTime(durationMs: number): TimeKept {
  const shareOf = ({ share, longestMs }: typeof WAY_BACK) => Math.min(longestMs, durationMs * share);
  return { actingMs: shareOf(ACTING), wayBackMs: shareOf(WAY_BACK) };
}

// How long to wait before asking again: full jitter, AWS's own advice against herds that retry in step. Pure.

// Faults pass quickly; a throttled account has too many askers, and only fewer of them a second help.
const FAULT = { baseMs: 100, capMs: 5_000 };
const THROTTLE = { baseMs: 1_000, capMs: 10_000 };

/** @param tries made so far, 1 or more; @param random in [0, 1) */
export function computeBackoffMs(tries: number, isThrottled: boolean, random: number): number {
  const { baseMs, capMs } = isThrottled ? THROTTLE : FAULT;
  return random * Math.min(capMs, baseMs * 2 ** (tries - 1));
}

/** The wait before a run's first call, never more than half of the time that the run has. */
export function computeStartDelayMs(jitterMs: number, remainingMs: number, random: number): number {
  return random * Math.min(jitterMs, remainingMs / 2);
}

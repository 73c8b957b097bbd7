// How long a run waits for Secrets Manager: before another try, and before the first. Pure.

import type { Backoff } from "../../backoff.ts";

/** Faults pass quickly; a throttled account has too many askers, and only fewer of them a second help. */
export const BACKOFF: Readonly<Record<"fault" | "throttled", Backoff>> = {
  fault: { baseMs: 100, capMs: 5_000 },
  throttled: { baseMs: 1_000, capMs: 10_000 },
};

/**
 * The wait before a run's first call, never more than half of the time that the run has.
 * @param random in [0, 1)
 */
export function computeStartDelayMs(jitterMs: number, remainingMs: number, random: number): number {
  return random * Math.min(jitterMs, remainingMs / 2);
}

// How long a run waits before it asks Secrets Manager for the first time. Pure.

/**
 * The wait before a run's first call, never more than half of the time that the run has.
 * @param random in [0, 1)
 */
export function computeStartDelayMs(jitterMs: number, remainingMs: number, random: number): number {
  return random * Math.min(jitterMs, remainingMs / 2);
}

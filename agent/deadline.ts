// One deadline for the whole run: every network wait and every child process sits under it.

export interface Deadline {
  /** Never below 0. */
  remainingMs(): number;
  /** Fires when the run's time is up. Its timer does not keep the process alive. */
  readonly signal: AbortSignal;
}

export function startDeadline(durationMs: number): Deadline {
  const endMs = performance.now() + durationMs;
  return { remainingMs: () => Math.max(0, endMs - performance.now()), signal: AbortSignal.timeout(durationMs) };
}

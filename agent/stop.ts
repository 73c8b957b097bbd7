// A run that is asked to stop: by which signal, and what it ends with. Never listens for signals itself.

import type { Deadline } from "./deadline.ts";
import { Refusal, type RefusalCode } from "./refusal.ts";

export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** The reason with which a run's AbortSignal fires before its time is up. */
export class StopRequest extends Error {
  override readonly name = "StopRequest";
  readonly signal: StopSignal;

  constructor(signal: StopSignal) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

const CODES = { SIGHUP: "hangup", SIGINT: "interrupted", SIGTERM: "terminated" } as const;

/** Without the problems found until then: the run was not finished. */
export function stopped({ signal }: StopRequest, outcome: string): Refusal {
  return new Refusal(CODES[signal], { what: `stopped by ${signal}: ${outcome}`, fix: "Run parbake again." });
}

export function isStop({ code }: Refusal): boolean {
  return Object.values<RefusalCode>(CODES).includes(code);
}

/** Null: nobody has asked the run to stop. */
export function stopRequestOf({ signal }: Pick<Deadline, "signal">): StopRequest | null {
  const reason: unknown = signal.reason;
  return reason instanceof StopRequest ? reason : null;
}

export const NOTHING_CHANGED = "nothing was changed";
export const OLD_FILES_RESTORED = "the old files were restored";

/** Looks for a signal that came while the run did not wait for anything. @throws Refusal where it is to stop */
export async function refuseStop(deadline: Pick<Deadline, "signal">): Promise<void> {
  await hearSignals();
  const request = stopRequestOf(deadline);
  if (request !== null) throw stopped(request, NOTHING_CHANGED);
}

/**
 * What a run that is asked to stop ends with, where its waits ended early for that and no bug is among it.
 * @param isRolledBack it had failed, and was restoring the old files
 */
export function orStopped(error: unknown, deadline: Pick<Deadline, "signal">, isRolledBack = false): unknown {
  const request = stopRequestOf(deadline);
  if (request === null || !(error instanceof Refusal) || !CUT_SHORT.includes(error.code)) return error;
  if (!isRolledBack) return stopped(request, NOTHING_CHANGED);
  const refusal = stopped(request, OLD_FILES_RESTORED);
  return new Refusal(refusal.code, [...refusal.problems, ...error.problems], { cause: error, isRetryable: false });
}

/** The codes of a Refusal that a wait may end with when it is cut short. */
const CUT_SHORT: readonly RefusalCode[] = ["unavailable", "system", "data", "locked"];

// A signal is told in the event loop's poll phase: two turns from wherever we are have a whole one between them.
async function hearSignals(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resume) => setImmediate(resume));
}

// How long IMDS is asked again, and how often: full jitter under an end. Never decides what an answer means.

import { setTimeout as wait } from "node:timers/promises";
import { ImdsTrouble } from "./imds-request.ts";

/** What one try came to. `again` may pass by itself. */
export type Attempt<T> = { readonly kind: "done"; readonly value: T } | Again;

interface Again {
  readonly kind: "again";
  readonly trouble: ImdsTrouble["kind"] | "busy" | "not-there";
  /** `HTTP 503`, `ECONNREFUSED`. */
  readonly detail: string;
}

export interface RetryClock {
  /** Left for this wait, never below 0. */
  remainingMs(): number;
  /** In [0, 1). */
  random(): number;
  readonly signal: AbortSignal;
}

/** How a wait ended without an answer. */
export interface GaveUp {
  readonly kind: "gave-up";
  readonly tries: number;
  readonly last: Again | null;
}

// The first waits are short, for the network that comes up milliseconds later; the longest stays far below the
// 1024 packets a second that an interface may send to link-local services. Full jitter, as the AWS architecture blog
// has it, keeps a fleet that boots together from asking in step.
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1000;

/** Tries until it is done or the clock has run out; what `attempt` throws goes through. */
export async function retry<T>(
  clock: RetryClock,
  attempt: () => Promise<Attempt<T>>,
): Promise<Extract<Attempt<T>, { kind: "done" }> | GaveUp> {
  let last: Again | null = null;
  let tries = 0;
  while (clock.remainingMs() > 0 && !clock.signal.aborted) {
    const outcome = await attempt();
    if (outcome.kind === "done") return outcome;
    // A try that the end of time cut short says less than the whole one before it. Timers may fire a millisecond early.
    const cutShort = clock.remainingMs() < 2 || clock.signal.aborted;
    if (last === null || !cutShort) last = outcome;
    tries += 1;
    await pause(clock, tries);
  }
  return { kind: "gave-up", tries, last };
}

async function pause(clock: RetryClock, tries: number): Promise<void> {
  const ceilingMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  // At least a millisecond, so that a random 0 does not spin.
  const pauseMs = Math.min(clock.remainingMs(), 1 + clock.random() * ceilingMs);
  // An abort ends the wait; the loop's condition then ends the tries.
  await wait(pauseMs, undefined, { signal: clock.signal }).catch(() => undefined);
}

// Asks IMDS again until it answers or the time is up. Never decides what an answer means.

import { computeBackoffMs, wait, type Backoff, type RetryClock } from "../../backoff.ts";
import { ImdsTrouble } from "./imds-request.ts";

/** What one try came to. `again` may pass by itself. */
export type Attempt<T> = { readonly kind: "done"; readonly value: T } | Again;

interface Again {
  readonly kind: "again";
  readonly trouble: ImdsTrouble["kind"] | "busy" | "not-there";
  /** `HTTP 503`, `ECONNREFUSED`. */
  readonly detail: string;
}

/** How a wait ended without an answer. */
export interface GaveUp {
  readonly kind: "gave-up";
  readonly tries: number;
  readonly last: Again | null;
}

// The first waits are short, for the network that comes up milliseconds later; the longest stays far below the
// 1024 packets a second that an interface may send to link-local services.
const BACKOFF: Backoff = { baseMs: 50, capMs: 1000 };

/** Tries until it is done or there is no time for another try; what `attempt` throws goes through. */
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
    const waitMs = computeBackoffMs(tries, BACKOFF, clock);
    if (waitMs === null) break;
    await wait(waitMs, clock.signal);
  }
  return { kind: "gave-up", tries, last };
}

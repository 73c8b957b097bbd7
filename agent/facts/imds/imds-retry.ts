// Asks IMDS again until it answers or the time is up. Never decides what an answer means.

import { computeBackoffMs, wait, type Backoff, type RetryClock } from "../../backoff.ts";
import type { Trouble } from "./imds-request.ts";

/** What one try came to. `again` may pass by itself. */
export type Attempt<T> = { readonly kind: "done"; readonly value: T } | Again;

export interface Again {
  readonly kind: "again";
  readonly trouble: Trouble | "busy" | "empty" | "not-there" | "daemon";
  /** `HTTP 503`, `ECONNREFUSED`. */
  readonly detail: string;
}

export const EMPTY: Again = { kind: "again", trouble: "empty", detail: "an empty answer" };
export const NOT_THERE: Again = { kind: "again", trouble: "not-there", detail: "not there yet" };

/** How a wait ended without an answer. */
export interface GaveUp {
  readonly kind: "gave-up";
  readonly tries: number;
  readonly last: Again | null;
}

// Where no packet came through, a try costs next to nothing, and the network may come at any moment.
const QUICK: Backoff = { baseMs: 25, capMs: 100 };
// The first waits are short, for a role that appears milliseconds later; the longest stays far below the 1024 packets a
// second that an interface may send to link-local services.
const POLITE: Backoff = { baseMs: 50, capMs: 1000 };

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
    if (last === null || !isCutShort(clock)) last = outcome;
    tries += 1;
    const waitMs = computeBackoffMs(tries, isOfNetwork(outcome) ? QUICK : POLITE, clock);
    if (waitMs === null) break;
    await wait(waitMs, clock.signal);
  }
  return { kind: "gave-up", tries, last };
}

/** A try that the end of time cut short says less than the whole one before it. Timers may fire a millisecond early. */
export function isCutShort(clock: RetryClock): boolean {
  return clock.signal.aborted || clock.remainingMs() < 2;
}

/** Nobody was reached. */
export function isOfNetwork({ trouble }: Again): boolean {
  return trouble === "unreachable" || trouble === "forbidden" || trouble === "rejected" || trouble === "lost";
}

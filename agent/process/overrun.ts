// Ends a run that goes on after its deadline, whatever it still waits for.

import { Refusal } from "../refusal.ts";

// For work that has begun at the deadline, such as reading a program's last output, or an fsync.
const GRACE_MS = 3_000;

/**
 * Waits until the work is done, or until GRACE_MS after its deadline.
 * @param work gets a promise that rejects at that moment, so that it can still write its report
 */
export async function guardEnd<T>(durationMs: number, work: (overrun: Promise<never>) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const overrun = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(OVERRUN), durationMs + GRACE_MS);
  });
  overrun.catch(() => undefined);
  try {
    return await work(overrun);
  } finally {
    clearTimeout(timer);
  }
}

const OVERRUN = new Refusal("bug", {
  what: "the run did not end at its deadline: something that it waited for never happened",
  fix: "Please report it with the command line and the config; the next run finishes or undoes what this one left.",
});

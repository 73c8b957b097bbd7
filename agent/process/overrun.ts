// The last guard of a run's end: whatever it then still waits for does not hold it any longer.

import { Refusal } from "../refusal.ts";

// For what is under way when the deadline comes, the drain of a program's last words and an fsync among it.
const GRACE_MS = 3_000;

/**
 * Holds the process until the work is done, or until a moment after its time is up.
 * @param work gets a promise that is rejected then, for whoever has something to leave behind
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

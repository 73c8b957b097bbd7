// Whether the journal reads what this process writes, and whether systemd copies its stderr alone to the console.

import { fstatSync } from "node:fs";
import type { Environment } from "./environment.ts";

/** systemd sets JOURNAL_STREAM for a process whose output goes to the journal; who has redirected it has the variable still. */
export function isStream(fd: number, stream: string): boolean {
  try {
    const { dev, ino } = fstatSync(fd);
    return stream === `${dev}:${ino}`;
  } catch {
    // It is closed.
    return false;
  }
}

/** @param environment without the variable where it is not about stderr */
export function isJournal(environment: Environment, isTerminal: boolean): boolean {
  return Boolean(environment["JOURNAL_STREAM"]) && !isTerminal;
}

/**
 * Whether stdout and stderr are two streams to the journal, as StandardError=journal+console makes them: then stderr is for what
 * the console shows, too, and stdout for all other lines. systemd connects both to one stream where they go to the same place.
 */
export function isErrorApart(environment: Environment): boolean {
  try {
    const [out, error] = [fstatSync(1), fstatSync(2)];
    return out.isSocket() && error.isSocket() && out.ino !== error.ino && Boolean(environment["JOURNAL_STREAM"]);
  } catch {
    // One of them is closed.
    return false;
  }
}

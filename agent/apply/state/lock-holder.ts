// The process that holds the lock, as the lock names it, and whether it is alive. /proc says that: a run in another PID
// namespace that shares the lock's folder looks dead.

import { readFileSync } from "node:fs";
import { errnoOf } from "../../host/file-error.ts";
import { readBootId } from "./boot-id.ts";

export interface Holder {
  readonly pid: number;
  /** Since boot, in clock ticks: with the boot id it tells a process from a later one with the same number. */
  readonly startTicks: string;
  readonly bootId: string;
}

const HOLDER = /^([1-9]\d{0,9}):(\d{1,20}):([\da-f-]{36})$/;

/** Null: it names no process. */
export function parseHolder(text: string): Holder | null {
  const [, pid, startTicks, bootId] = HOLDER.exec(text) ?? [];
  if (pid === undefined || startTicks === undefined || bootId === undefined) return null;
  return { pid: Number(pid), startTicks, bootId };
}

export function formatHolder({ pid, startTicks, bootId }: Holder): string {
  return `${pid}:${startTicks}:${bootId}`;
}

export function ownIdentity(): Holder {
  const startTicks = startTicksOf("self");
  if (startTicks === null) throw new Error("/proc/self/stat says of this process that it is gone");
  return { pid: process.pid, startTicks, bootId: readBootId() };
}

export function isAlive(holder: Holder): boolean {
  return holder.bootId === readBootId() && startTicksOf(String(holder.pid)) === holder.startTicks;
}

/** Null where the process is gone, or a zombie that nobody has reaped yet: it can hold nothing any more. */
function startTicksOf(pid: string): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets, and may hold blanks and brackets itself.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ESRCH") return null;
    throw error;
  }
}

// Where a run can be hit: every call of its main thread that changes something on the disk or starts a program, in the order
// of a good run, as strace counts them.

import { existsSync, readFileSync } from "node:fs";

export interface Point {
  readonly call: string;
  /** Which of all its calls of that name, from 1. */
  readonly number: number;
  /** The call as strace shows it. */
  readonly line: string;
}

const CALLS = [
  ..."openat write writev pwrite64 rename renameat renameat2 link linkat unlink unlinkat rmdir mkdir mkdirat".split(
    " ",
  ),
  ..."symlink symlinkat chmod fchmod fchmodat chown fchown fchownat fsync fdatasync ftruncate fallocate".split(" "),
  ..."utimensat setxattr fsetxattr clone vfork".split(" "),
];

/** With children and threads, for only then strace may stop at these calls alone and costs next to nothing. It counts the calls
 * of each by itself. */
const STRACE = ["strace", "-qq", "-f", "--seccomp-bpf"];

/** A tracer that writes down every call that may be a point. */
export function listing(file: string): string[] {
  // Names that this architecture does not know are left out.
  return [...STRACE, "-y", "-s", "64", "-o", file, "-e", `trace=${CALLS.map((call) => `?${call}`).join(",")}`];
}

export function killing(point: Point): string[] {
  return signalling(point, "KILL");
}

export function signalling({ call, number }: Point, signal: "KILL" | "TERM" | "INT" | "HUP"): string[] {
  // With --seccomp-bpf it sends no signal. The main thread alone: children live on.
  const inject = `inject=${call}:signal=${signal}:when=${number}`;
  return ["strace", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
}

export function failing({ call, number }: Point, errno: string, file: string): string[] {
  return [...STRACE, "-y", "-o", file, "-e", `trace=${call}`, "-e", `inject=${call}:error=${errno}:when=${number}`];
}

/**
 * What the error met: a call that changes something, another one, or none so far. The event loop's own writes come as they like and
 * shift the count. An error in one of those proves nothing, for no pipe or eventfd has it: libuv aborts at it, or waits for ever for
 * the byte that it did not get into its signals' lock.
 */
export function whatWasHit(file: string): "change" | "other" | "nothing" {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const hit = lines.find((line) => line.endsWith("(INJECTED)"));
  if (hit === undefined) return "nothing";
  const [, call, rest] = /^\d+ +(\w+)(\(.*)$/.exec(hit) ?? [];
  return call !== undefined && changesSomething(call, rest!) ? "change" : "other";
}

/** The points of the run that `listing` wrote down. */
export function readPoints(file: string): Point[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const main = lines[0]!.split(" ", 1)[0];
  const counts = new Map<string, number>();
  return lines.flatMap((text) => {
    const [, pid, call, rest] = /^(\d+) +(\w+)(\(.*)$/.exec(text) ?? [];
    if (pid !== main || call === undefined || rest === undefined) return [];
    const number = (counts.get(call) ?? 0) + 1;
    counts.set(call, number);
    return changesSomething(call, rest) ? [{ call, number, line: call + rest }] : [];
  });
}

// Not those to sockets, pipes and eventfds, and not those that found it done already.
function changesSomething(call: string, rest: string): boolean {
  if (call === "openat") return rest.includes("O_CREAT");
  if (call === "write" || call === "writev") return /^\(\d+<\//.test(rest);
  return !rest.includes(" = -1 EEXIST");
}

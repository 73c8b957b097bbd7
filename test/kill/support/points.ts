// Where a run can be hit: every call of its main thread that changes something on the disk or starts a program, in the order
// of a good run, as strace counts them.

import { existsSync, readFileSync } from "node:fs";

export interface Point {
  readonly call: string;
  /** Which of all its calls of that name, from 1. */
  readonly number: number;
  /** Which of those that come in every run alike, from 1: the event loop's own, and the C library's, come as they like. */
  readonly rank: number;
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

/** What the error met: a call that changes something, or not; with the number by which it meets the point's own if no more comes between. */
export interface Hit {
  readonly kind: "change" | "other" | "nothing";
  readonly nextNumber: number;
}

/**
 * An error in another call proves nothing, for no pipe or eventfd has it: libuv aborts at it, or waits for ever for the byte that it did
 * not get into its signals' lock.
 */
export function readHit(file: string, { number, rank }: Point): Hit {
  const calls = existsSync(file) ? readCalls(readFileSync(file, "utf8")) : [];
  const at = calls.findIndex(({ rest }) => rest.endsWith("(INJECTED)"));
  const hit = calls[at];
  if (hit !== undefined && changesSomething(hit)) return { kind: "change", nextNumber: number };
  const until = calls.slice(0, hit === undefined ? calls.length : at + 1);
  const steady = until.filter((call) => call.pid === (hit ?? calls[0])?.pid && !comesAsItLikes(call));
  return { kind: hit === undefined ? "nothing" : "other", nextNumber: Math.max(1, number + rank - steady.length) };
}

interface Call {
  readonly pid: string;
  readonly call: string;
  /** What follows the name: the arguments, and what came of them. */
  readonly rest: string;
}

function readCalls(text: string): Call[] {
  return joinResumed(text).flatMap((line) => {
    const [, pid, call, rest] = /^(\d+) +(\w+)(\(.*)$/.exec(line) ?? [];
    return pid === undefined || call === undefined || rest === undefined ? [] : [{ pid, call, rest }];
  });
}

/** Each call on one line: where another thread's comes in between, strace writes it in two. */
function joinResumed(text: string): string[] {
  const begun = new Map<string, string>();
  return text.split("\n").flatMap((line) => {
    const [, pid = "", start] = /^(\d+) (.*) <unfinished \.\.\.>$/.exec(line) ?? [];
    if (start !== undefined) {
      begun.set(pid, start);
      return [];
    }
    const [, own = "", end] = /^(\d+) +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? [];
    return [end === undefined ? line : `${own} ${begun.get(own)}${end}`];
  });
}

/** The points of the run that `listing` wrote down. */
export function readPoints(file: string): Point[] {
  const calls = readCalls(readFileSync(file, "utf8"));
  const numbers = new Map<string, number>();
  const ranks = new Map<string, number>();
  return calls.flatMap((one) => {
    if (one.pid !== calls[0]?.pid) return [];
    const number = countUp(numbers, one.call);
    const rank = comesAsItLikes(one) ? 0 : countUp(ranks, one.call);
    return changesSomething(one) ? [{ call: one.call, number, rank, line: one.call + one.rest }] : [];
  });
}

function countUp(counts: Map<string, number>, name: string): number {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count;
}

// Not those to sockets, pipes and eventfds, and not those that found it done already.
function changesSomething({ call, rest }: Call): boolean {
  if (call === "openat") return rest.includes("O_CREAT");
  if (isWrite(call)) return isToFile(rest);
  return !rest.includes(" = -1 EEXIST");
}

// The event loop's writes; and what glibc opens when a thread needs memory of its own.
function comesAsItLikes({ call, rest }: Call): boolean {
  return (isWrite(call) && !isToFile(rest)) || rest.includes('"/sys/devices/system/cpu/online"');
}

function isWrite(call: string): boolean {
  return call === "write" || call === "writev";
}

function isToFile(rest: string): boolean {
  return /^\(\d+<\//.test(rest);
}

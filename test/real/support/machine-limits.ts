// What the machine that runs the tests can give to a program, so that a test can say what it could not try.

import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

const CAP_SYS_RESOURCE = 24n;

/** Whether a program that takes so much at its start can be started here. */
export function hasMemory(bytes: number): boolean {
  return bytes <= (totalmem() * 3) / 4;
}

/** Why a program here cannot have so many files open; null: it can. */
export function explainFewerFiles(count: number): string | null {
  return count <= mostFiles() ? null : `this machine allows no process ${count} open files`;
}

export function mostFiles(): number {
  if (mayRaiseLimits()) return Number(readFileSync("/proc/sys/fs/nr_open", "utf8"));
  const limits = readFileSync("/proc/self/limits", "utf8");
  return Number(/^Max open files +\S+ +(\S+)/m.exec(limits)![1]);
}

function mayRaiseLimits(): boolean {
  const [, effective] = /^CapEff:\t([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))!;
  return ((BigInt(`0x${effective}`) >> CAP_SYS_RESOURCE) & 1n) === 1n;
}

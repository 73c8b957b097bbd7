// A machine of systemd-nspawn's, from outside: where its PID 1 is, how a program is run in it, and how it is shut down.

import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { end, hasEnded } from "./child.ts";
import { attempt, waitUntil } from "./program.ts";

export const NSPAWN = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--console=read-only"];

const ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];
// nspawn takes it as the order to shut down cleanly: systemd(1), SIGRTMIN+4.
const POWER_OFF = "RTMIN+4";

/** What stands before a program that is to run in the machine. */
export function inMachine(leader: string): string[] {
  return ["nsenter", "-t", leader, "--all", "--", ...ENVIRONMENT];
}

/**
 * The machine's PID 1. All that stands before systemd-nspawn execs, so that the child is nspawn itself; PID 1 is a child of that one,
 * beside a helper that sets it up and ends.
 */
export async function findLeader(nspawn: ChildProcess): Promise<string> {
  let leader: string | undefined;
  await waitUntil("systemd-nspawn starts the machine", 30_000, async () => {
    if (hasEnded(nspawn)) throw new Error("systemd-nspawn ended");
    leader = readChildren(nspawn.pid!).find(isInit);
    return leader !== undefined;
  });
  return leader!;
}

function readChildren(pid: number): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter((child) => child !== "");
}

function isInit(pid: string): boolean {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // It has ended.
  }
}

/** @param patienceMs until it is killed */
export async function powerOff(nspawn: ChildProcess, leader: string, patienceMs: number): Promise<void> {
  const timer = setTimeout(() => nspawn.kill("SIGKILL"), patienceMs);
  await end(nspawn, () => attempt(["kill", "-s", POWER_OFF, leader]));
  clearTimeout(timer);
}

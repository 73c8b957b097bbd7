// A folder booted by systemd-nspawn: a systemd of its own as PID 1, processes, mounts and a network card of its own.

import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import { CLOUD_END, giveIpv6, INSTANCE_END } from "./network.ts";
import { attempt, waitFor } from "./program.ts";

export interface ContainerOptions {
  readonly folder: string;
  readonly family: "ipv4" | "ipv6";
  readonly isReadOnly: boolean;
}

const ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];
// nspawn takes it as the order to shut down cleanly: systemd(1), SIGRTMIN+4.
const POWER_OFF = "RTMIN+4";
const BOOT = ["--quiet", "--boot", "--register=no", "--keep-unit", "--console=read-only"];
const OUTSIDE = [
  "--resolv-conf=off",
  "--timezone=off",
  "--link-journal=no",
  `--network-veth-extra=${CLOUD_END}:${INSTANCE_END}`,
];

export async function startContainer({ folder, family, isReadOnly }: ContainerOptions): Promise<Machine> {
  const own = [`--machine=parbake-${randomBytes(4).toString("hex")}`, `--directory=${folder}`];
  const readOnly = isReadOnly ? ["--read-only", "--tmpfs=/var", "--tmpfs=/tmp"] : [];
  const nspawn = ["systemd-nspawn", ...BOOT, ...OUTSIDE, ...own, ...readOnly];
  const child = spawn("setpriv", ["--pdeathsig=KILL", "--", ...nspawn], { stdio: ["ignore", "pipe", "pipe"] });
  let console = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (console += chunk.toString()));
  const leader = await findLeader(child, () => console);
  const enter = ["nsenter", "-t", leader];
  const keepIpv6 =
    family === "ipv6" ? setInterval(() => void giveIpv6([...enter, "--net", "--"]).catch(() => {}), 500) : undefined;
  void once(child, "exit").then(() => clearInterval(keepIpv6));
  return {
    attempt: (argv) => attempt([...enter, "--all", "--", ...ENVIRONMENT, ...argv]),
    console: () => console,
    powerOff: () => powerOff(child, leader),
    cutPower: () => end(child, () => child.kill("SIGKILL")),
  };
}

// setpriv execs nspawn, whose child the machine's PID 1 is, beside a helper that sets it up and ends.
async function findLeader(nspawn: ChildProcess, said: () => string): Promise<string> {
  let leader: string | undefined;
  await waitFor(30_000, async () => {
    if (hasEnded(nspawn)) throw new Error(`systemd-nspawn has ended:\n${said()}`);
    leader = readChildren(nspawn.pid!).find(isInit);
    return leader !== undefined;
  });
  if (leader === undefined) throw new Error(`systemd-nspawn starts no machine:\n${said()}`);
  return leader;
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

async function powerOff(nspawn: ChildProcess, leader: string): Promise<void> {
  const timer = setTimeout(() => nspawn.kill("SIGKILL"), 60_000);
  await end(nspawn, () => void attempt(["kill", "-s", POWER_OFF, leader]));
  clearTimeout(timer);
}

async function end(nspawn: ChildProcess, order: () => void): Promise<void> {
  if (hasEnded(nspawn)) return;
  const exited = once(nspawn, "exit");
  order();
  await exited;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

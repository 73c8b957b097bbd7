// A root folder booted by systemd-nspawn: its own systemd as PID 1, its own processes and mounts, the network of a namespace.

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { attempt, type CommandOptions, run, waitUntil, type Outcome } from "./command.ts";
import type { Namespace } from "./namespace.ts";

export interface Machine {
  attempt(argv: readonly string[]): Promise<Outcome>;
  run(argv: readonly string[], options?: CommandOptions): Promise<string>;
  /** One property of a unit. */
  show(unit: string, property: string): Promise<string>;
  /** All that the machine has written to its console. */
  console(): string;
  powerOff(): Promise<void>;
}

const ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];
// nspawn takes it as the order to shut down cleanly: systemd(1), SIGRTMIN+4.
const POWER_OFF = "RTMIN+4";

/** @param meanwhile what happens to the machine before its boot is over @param options more of systemd-nspawn's */
export async function bootMachine(
  folder: string,
  namespace: Namespace,
  meanwhile: (machine: Machine) => Promise<void> = async () => {},
  options: readonly string[] = [],
): Promise<Machine> {
  const nspawn = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--console=read-only"];
  const [program, ...rest] = namespace.enter([
    ...nspawn,
    ...options,
    `--machine=${namespace.name}`,
    `--directory=${folder}`,
  ]);
  const child = spawn(program!, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let console = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (console += chunk.toString()));
  try {
    const leader = await findLeader(child);
    const machine = enterMachine(child, leader, () => console);
    await meanwhile(machine);
    await waitUntil("the boot ends", 90_000, () => hasBooted(machine));
    return machine;
  } catch (error) {
    await kill(child);
    throw new Error(`no boot; the console said:\n${console}`, { cause: error });
  }
}

function enterMachine(child: ChildProcess, leader: string, console: () => string): Machine {
  const prefix = ["nsenter", "-t", leader, "--all", "--", ...ENVIRONMENT];
  const runInside: Machine["run"] = (argv, options) => run([...prefix, ...argv], options);
  return {
    attempt: (argv) => attempt([...prefix, ...argv]),
    run: runInside,
    show: (unit, property) => runInside(["systemctl", "show", "--value", `--property=${property}`, unit]),
    console,
    powerOff: () => powerOff(child, leader),
  };
}

async function hasBooted(machine: Machine): Promise<boolean> {
  const { stdout } = await machine.attempt(["systemctl", "is-system-running"]);
  return ["running", "degraded"].includes(stdout.trim());
}

// All that stands before it execs, so that the child is nspawn itself; the machine's PID 1 is a child of that one, beside
// a helper that sets it up and ends.
async function findLeader(nspawn: ChildProcess): Promise<string> {
  let leader: string | undefined;
  await waitUntil("systemd-nspawn starts the machine", 20_000, async () => {
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

async function powerOff(nspawn: ChildProcess, leader: string): Promise<void> {
  if (hasEnded(nspawn)) return;
  const exited = once(nspawn, "exit");
  const killTimer = setTimeout(() => nspawn.kill("SIGKILL"), 30_000);
  await attempt(["kill", "-s", POWER_OFF, leader]);
  await exited;
  clearTimeout(killTimer);
}

// The machine's processes end with nspawn: its PID 1 asked the kernel for that.
async function kill(nspawn: ChildProcess): Promise<void> {
  if (hasEnded(nspawn)) return;
  const exited = once(nspawn, "exit");
  nspawn.kill("SIGKILL");
  await exited;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

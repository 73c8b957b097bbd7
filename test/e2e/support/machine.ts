// A root folder booted by systemd-nspawn: its own systemd as PID 1, its own processes and mounts, the network of a namespace.

import { spawn, type ChildProcess } from "node:child_process";
import { end } from "../../../scripts/simulation/child.ts";
import { findLeader, inMachine, NSPAWN, powerOff } from "../../../scripts/simulation/nspawn.ts";
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

/** @param meanwhile what happens to the machine before its boot is over @param options more of systemd-nspawn's */
export async function bootMachine(
  folder: string,
  namespace: Namespace,
  meanwhile: (machine: Machine) => Promise<void> = async () => {},
  options: readonly string[] = [],
): Promise<Machine> {
  const [program, ...rest] = namespace.enter([
    ...NSPAWN,
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
    await end(child);
    throw new Error(`no boot; the console said:\n${console}`, { cause: error });
  }
}

function enterMachine(child: ChildProcess, leader: string, console: () => string): Machine {
  const prefix = inMachine(leader);
  const runInside: Machine["run"] = (argv, options) => run([...prefix, ...argv], options);
  return {
    attempt: (argv) => attempt([...prefix, ...argv]),
    run: runInside,
    show: (unit, property) => runInside(["systemctl", "show", "--value", `--property=${property}`, unit]),
    console,
    powerOff: () => powerOff(child, leader, 30_000),
  };
}

async function hasBooted(machine: Machine): Promise<boolean> {
  const { stdout } = await machine.attempt(["systemctl", "is-system-running"]);
  return ["running", "degraded"].includes(stdout.trim());
}

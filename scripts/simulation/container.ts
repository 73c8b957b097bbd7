// A folder booted by systemd-nspawn: a systemd of its own as PID 1, processes, mounts and a network card of its own.

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { end } from "./child.ts";
import type { Machine } from "./machine.ts";
import { CLOUD_END, giveIpv6, INSTANCE_END } from "./network.ts";
import { findLeader, inMachine, NSPAWN, powerOff } from "./nspawn.ts";
import { attempt } from "./program.ts";

export interface ContainerOptions {
  readonly folder: string;
  readonly family: "ipv4" | "ipv6";
  readonly isReadOnly: boolean;
}

const POWER_OFF_LIMIT_MS = 60_000;
const OUTSIDE = [
  "--resolv-conf=off",
  "--timezone=off",
  "--link-journal=no",
  `--network-veth-extra=${CLOUD_END}:${INSTANCE_END}`,
];

export async function startContainer({ folder, family, isReadOnly }: ContainerOptions): Promise<Machine> {
  const own = [`--machine=parbake-${randomBytes(4).toString("hex")}`, `--directory=${folder}`];
  const readOnly = isReadOnly ? ["--read-only", "--tmpfs=/var", "--tmpfs=/tmp"] : [];
  const nspawn = [...NSPAWN, ...OUTSIDE, ...own, ...readOnly];
  const child = spawn("setpriv", ["--pdeathsig=KILL", "--", ...nspawn], { stdio: ["ignore", "pipe", "pipe"] });
  let console = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (console += chunk.toString()));
  const leader = await findLeader(child).catch((error: unknown) => {
    throw new Error(`${String(error)}; the console said:\n${console}`, { cause: error });
  });
  const toNetwork = ["nsenter", "-t", leader, "--net", "--"];
  const keepIpv6 = family === "ipv6" ? setInterval(() => void giveIpv6(toNetwork).catch(() => {}), 500) : undefined;
  void once(child, "exit").then(() => clearInterval(keepIpv6));
  return {
    attempt: (argv) => attempt([...inMachine(leader), ...argv]),
    console: () => console,
    powerOff: () => powerOff(child, leader, POWER_OFF_LIMIT_MS),
    cutPower: () => end(child),
  };
}

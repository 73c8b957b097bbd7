// Warns of a running unit that holds more than the share that it is about to be kept to: once systemd has read the new limits, the
// kernel takes back what it can, and kills where that is not enough. Asks systemd and the kernel; changes nothing.

import { readFileSync } from "node:fs";
import { folderOf } from "../../config/hand-off-path.ts";
import { SHARE_DROP_IN } from "../../config/share-path.ts";
import type { Deadline } from "../../deadline.ts";
import { errnoOf } from "../../host/file-error.ts";
import type { RunCommand } from "../../host/run-command.ts";
import type { Problem } from "../../refusal.ts";
import { formatBytes } from "../../size.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { findObstacle } from "./unit-actions.ts";
import { parseProperties } from "./unit-properties.ts";

interface Machine {
  readonly root: string;
  readonly run: RunCommand;
  readonly deadline: Deadline;
}

/** @param changed the paths of files that will be others than they are */
export async function warnRunning(
  apps: readonly AppPlan[],
  changed: ReadonlySet<string>,
  machine: Machine,
): Promise<Problem[]> {
  const limited = listLimited(apps).filter(({ unit }) => changed.has(`${folderOf(unit)}/${SHARE_DROP_IN}`));
  if (limited.length === 0 || findObstacle(machine.root) !== null) return [];
  return warnLimited(limited, machine);
}

interface Limited {
  readonly unit: string;
  readonly maxBytes: number;
}

function listLimited(apps: readonly AppPlan[]): Limited[] {
  return apps.flatMap(({ unit, limits }) => {
    const maxBytes = limits?.["MemoryMax"]?.value;
    return unit === undefined || typeof maxBytes !== "number" ? [] : [{ unit, maxBytes }];
  });
}

export async function warnLimited(
  limited: readonly Limited[],
  { run, deadline }: Omit<Machine, "root">,
  cgroups = "/sys/fs/cgroup",
): Promise<Problem[]> {
  const units = limited.map(({ unit }) => unit);
  const argv = ["systemctl", "show", "--property=ControlGroup", "--", ...units];
  const shown = await run(argv, deadline.remainingMs(), deadline.signal);
  if (shown.kind !== "exited" || shown.status !== 0) return [];
  const groups = shown.output.split("\n\n").map((block) => parseProperties(block).get("ControlGroup") ?? "");
  return limited.flatMap((one, index) => {
    const group = groups[index] ?? "";
    const stat = group === "" ? null : readIfThere(`${cgroups}${group}/memory.stat`);
    return stat === null ? [] : judge(one, sumHeld(stat));
  });
}

function judge({ unit, maxBytes }: Limited, heldBytes: number): Problem[] {
  if (heldBytes <= maxBytes) return [];
  const held = `${formatBytes(heldBytes)} that the kernel cannot take back`;
  return [
    {
      what: `${unit} runs with ${held}, and is to be kept to ${formatBytes(maxBytes)}: the kernel will kill processes of it`,
      fix: `Stop it before, and start it after: it reads the settings of its new share then.`,
    },
  ];
}

/** Not the page cache, which a cgroup that is full gives back; cgroup-v2.rst, memory.stat. */
const HELD = new Set(["anon", "shmem", "kernel_stack", "pagetables", "slab_unreclaimable", "sock"]);

export function sumHeld(stat: string): number {
  const entries = stat.split("\n").map((line) => line.split(" ", 2));
  return entries.reduce((sum, [name = "", value]) => sum + (HELD.has(name) ? Number(value) : 0), 0);
}

/** A host with version 1 of cgroups has none. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return null;
  }
}

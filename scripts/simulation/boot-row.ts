// One row, in a process with a network, mounts and a cgroup of its own, which spawn-row.ts starts: boots the image, sees to it that
// what the row says befalls it, and prints what was seen as JSON.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../emulator/emulator.ts";
import type { WorldInput } from "../emulator/world.ts";
import { enterCgroup } from "./cgroup.ts";
import { startContainer } from "./container.ts";
import { startEmulatedMachine } from "./emulated-machine.ts";
import { buildWorld, INSTANCE_TYPE } from "./instance-world.ts";
import { judge } from "./judge.ts";
import { fill, openLayer, pointAt, write } from "./layer.ts";
import type { Machine } from "./machine.ts";
import { readNeeds, type ImageNeeds } from "./needs.ts";
import { openNetwork } from "./network.ts";
import { observe, type Observation } from "./observe.ts";
import { passEvent, waitForBoot } from "./pass-event.ts";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { openSource, type Source } from "./source.ts";

/** What main.ts asks for. */
export interface Job {
  /** No other boot's. */
  readonly name: string;
  readonly row: string;
  readonly source: Source;
  /** An empty folder, which goes with the boot. */
  readonly work: string;
  /** The user's own, on which the row's is laid. */
  readonly world: WorldInput;
  /** Of an emulated machine. */
  readonly accelerator: string;
  /** Where the console and the journal are left; null: nowhere. */
  readonly keep: string | null;
}

export interface Result {
  readonly row: string;
  readonly title: string;
  readonly machine: Row["machine"];
  readonly seen: Observation;
  /** Which promises were broken. */
  readonly problems: readonly string[];
}

/** A row that says nothing of the image, and why. */
export interface NotBooted {
  readonly leftOut: string;
}

async function bootRow(job: Job): Promise<Result | NotBooted> {
  const row = ROWS.find(({ name }) => name === job.row)!;
  const image = await openSource(job.source, job.work);
  const needs = await readNeeds(image, INSTANCE_TYPE);
  if (row.needsSecret && needs.secrets.length === 0) return { leftOut: "the image's config has no secret" };
  const network = await openNetwork({ family: "ipv4", afterMs: 0, away: [], ...row.network });
  const root = await prepare(row, image, network.awsEndpoint, job);
  const world = buildWorld(row, needs, job.world);
  const emulator = await startEmulator({ host: "::", port: 80, world });
  const start = async (): Promise<Machine> => {
    const machine = await startMachine(row, root, job);
    await network.plugIn();
    return machine;
  };
  try {
    const machine = await passEvent(row, start, emulator, world);
    const result = await lookAt(machine, row, needs, job).finally(() => machine.powerOff());
    const surprises = emulator.surprises.map((surprise) => `the emulator was asked for what it has not: ${surprise}`);
    return { ...result, problems: [...result.problems, ...surprises] };
  } finally {
    network.close();
    await emulator.close();
  }
}

/** The root that is booted. */
async function prepare(row: Row, image: string, awsEndpoint: string, { work }: Job): Promise<string> {
  const root = await openLayer(image, work, row.disk === "full");
  write(root, row.layer ?? {});
  pointAt(root, awsEndpoint);
  if (row.disk === "full") fill(root);
  return root;
}

function startMachine({ machine, memoryMiB = 1024, network, disk }: Row, root: string, job: Job): Promise<Machine> {
  const isReadOnly = disk === "read-only";
  switch (machine) {
    case "container":
      return startContainer({ folder: root, family: network?.family ?? "ipv4", isReadOnly });
    case "emulated": {
      const { work, accelerator } = job;
      return startEmulatedMachine({ root, work, memoryMiB, type: INSTANCE_TYPE, isReadOnly, accelerator });
    }
  }
}

async function lookAt(machine: Machine, row: Row, needs: ImageNeeds, { keep }: Job): Promise<Result> {
  await waitForBoot(row, machine, needs);
  const seen = await observe(machine);
  const told: string[] = [];
  for (const { argv } of row.promises.tells ?? []) told.push(await askMachine(machine, argv));
  if (keep !== null) await keepTraces(machine, keep);
  const known = { units: needs.units, secrets: needs.secrets.map(({ id }) => id) };
  return {
    row: row.name,
    title: row.title,
    machine: row.machine,
    seen,
    problems: judge(row.promises, seen, told, known),
  };
}

async function askMachine(machine: Machine, argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await machine.attempt(argv);
  return `${stdout}${stderr}`;
}

async function keepTraces(machine: Machine, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "console"), machine.console());
  const { stdout } = await machine.attempt(["journalctl", "--no-pager", "--output=short-monotonic"]);
  writeFileSync(join(folder, "journal"), stdout);
}

const job: Job = JSON.parse(readFileSync(0, "utf8"));
enterCgroup(job.name);
bootRow(job).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);

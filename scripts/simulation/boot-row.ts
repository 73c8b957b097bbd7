// One row, in a process with a network and mounts of its own, which main.ts starts: boots the image, sees to it that what the row
// says befalls it, and prints what was seen as JSON.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator, type Emulator } from "../emulator/emulator.ts";
import type { WorldInput } from "../emulator/world.ts";
import { enterCgroup } from "./cgroup.ts";
import { startContainer } from "./container.ts";
import { startEmulatedMachine } from "./emulated-machine.ts";
import { judge } from "./judge.ts";
import { fill, openLayer, pointAt, write } from "./layer.ts";
import type { Machine } from "./machine.ts";
import { mergeWorlds } from "./merge-worlds.ts";
import { makeUpSecrets, readNeeds, type ImageNeeds } from "./needs.ts";
import { openNetwork } from "./network.ts";
import { observe, observeUnits, systemState, type Observation } from "./observe.ts";
import { waitFor } from "./program.ts";
import type { Event, Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { openSource, type Source } from "./source.ts";

/** What main.ts asks for. */
export interface Job {
  /** No other boot's. */
  readonly name: string;
  readonly row: string;
  readonly source: Source;
  /** An empty folder, which main.ts removes. */
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
  readonly seen: Observation;
  /** Which promises were broken. */
  readonly problems: readonly string[];
}

/** An instance of the machine's own architecture. */
export const INSTANCE_TYPE = process.arch === "arm64" ? "m7g.large" : "m6i.large";
/** A boot with parbake's deadline of 60 s, and a retry. */
const CONTAINER_LIMIT_MS = 120_000;
/** Emulated, each instruction takes tens of them. */
const EMULATED_LIMIT_MS = 900_000;

async function bootRow(job: Job): Promise<Result> {
  const row = ROWS.find(({ name }) => name === job.row)!;
  const image = await openSource(job.source, job.work);
  const needs = await readNeeds(image, INSTANCE_TYPE);
  const network = await openNetwork({ family: "ipv4", afterMs: 0, away: [], ...row.network });
  const root = await openLayer(image, job.work, row.disk === "full");
  write(root, row.layer ?? {});
  pointAt(root, network.awsEndpoint);
  if (row.disk === "full") fill(root);
  const world = buildWorld(row, needs, job.world);
  const emulator = await startEmulator({ host: "::", port: 80, world });
  try {
    const start = async (): Promise<Machine> => {
      const machine = await startMachine(row, root, job);
      await network.plugIn();
      return machine;
    };
    const machine = await passEvent(row, start, emulator, world);
    try {
      await waitForBoot(row, machine, needs);
      const seen = await observe(machine);
      const { tells } = row.promises;
      const told = tells ? await askMachine(machine, tells.argv) : null;
      if (job.keep !== null) await keepTraces(machine, job.keep);
      const known = { units: needs.units, secrets: needs.secrets.map(({ id }) => id) };
      const problems = [
        ...judge(row.promises, seen, told, known),
        ...emulator.surprises.map((surprise) => `the emulator was asked for what it has not: ${surprise}`),
      ];
      return { row: row.name, title: row.title, seen, problems };
    } finally {
      await machine.powerOff();
    }
  } finally {
    network.close();
    await emulator.close();
  }
}

function startMachine({ machine, memoryMiB = 1024, network, disk }: Row, root: string, job: Job): Promise<Machine> {
  switch (machine) {
    case "container":
      return startContainer({ folder: root, family: network?.family ?? "ipv4", isReadOnly: disk === "read-only" });
    case "emulated":
      return startEmulatedMachine({
        root,
        work: job.work,
        memoryMiB,
        type: INSTANCE_TYPE,
        isReadOnly: disk === "read-only",
        accelerator: job.accelerator,
      });
  }
}

function buildWorld(row: Row, { secrets }: ImageNeeds, own: WorldInput): WorldInput {
  const madeUp = makeUpSecrets(secrets);
  const instance = { imds: { values: { "meta-data/instance-type": INSTANCE_TYPE } }, secrets: madeUp };
  const world = mergeWorlds(mergeWorlds(instance, own), row.world ?? {});
  if (!row.denied) return world;
  const last = secrets.at(-1)?.id;
  return {
    ...world,
    secrets: world.secrets!.map((each) => (isNamed(each, last) ? { ...each, state: "denied" } : each)),
  };
}

function isNamed({ name, arn }: { readonly name: string; readonly arn?: string }, id: string | undefined): boolean {
  return name === id || arn === id;
}

/** The machine that is judged: after all that was to happen has happened. */
async function passEvent(
  { event, machine: kind }: Row,
  start: () => Promise<Machine>,
  emulator: Emulator,
  world: WorldInput,
): Promise<Machine> {
  const machine = await start();
  if (event === undefined) return machine;
  switch (event.kind) {
    case "kill":
      await waitForSecret(emulator, event);
      await machine.attempt(["systemctl", "kill", "--signal=KILL", "parbake.service"]);
      return machine;
    case "power-cut":
      await waitForSecret(emulator, event);
      await sleep(1_000);
      await machine.cutPower();
      return start();
    case "again":
      await waitFor(limitOf({ machine: kind }), async () => isBooted(await systemState(machine)));
      await machine.powerOff();
      emulator.setWorld(mergeWorlds(world, event.world));
      return start();
  }
}

async function waitForSecret({ requests }: Emulator, { kind }: Event): Promise<void> {
  const isAsked = await waitFor(EMULATED_LIMIT_MS, async () =>
    requests.some((each) => each.service === "secretsmanager"),
  );
  if (!isAsked) throw new Error(`${kind}: parbake has asked for no secret`);
}

/** Until the boot is over and, where they are to come up later, the units are up. */
async function waitForBoot(row: Row, machine: Machine, { units, secrets }: ImageNeeds): Promise<void> {
  const ids = secrets.map(({ id }) => id);
  const wanted = new Set(units.filter((needs) => !row.promises.held(needs, ids)).map(({ unit }) => unit));
  await waitFor(limitOf(row), async () => {
    if (!isBooted(await systemState(machine))) return false;
    const states = await observeUnits(machine);
    return states.length > 0 && states.every(({ unit, upAfterMs }) => upAfterMs !== null || !wanted.has(unit));
  });
}

function limitOf({ machine }: Pick<Row, "machine">): number {
  return machine === "container" ? CONTAINER_LIMIT_MS : EMULATED_LIMIT_MS;
}

function isBooted(state: string): boolean {
  return state === "running" || state === "degraded";
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

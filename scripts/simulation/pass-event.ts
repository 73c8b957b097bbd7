// Has a machine boot, and happen to it what its row says; and waits until its boot is over.

import { setTimeout as sleep } from "node:timers/promises";
import type { Emulator } from "../emulator/emulator.ts";
import type { WorldInput } from "../emulator/world.ts";
import type { Machine } from "./machine.ts";
import { mergeWorlds } from "./merge-worlds.ts";
import type { ImageNeeds } from "./needs.ts";
import { observeStatus, observeUnits, systemState } from "./observe.ts";
import { waitFor, waitUntil } from "./program.ts";
import type { Event, Row } from "./row.ts";

/** A boot with parbake's deadline of 60 s, and a retry. */
const CONTAINER_LIMIT_MS = 120_000;
/** Emulated, each instruction takes tens of them. */
const EMULATED_LIMIT_MS = 900_000;

/** The machine that is judged: after all that was to happen has happened. */
export async function passEvent(
  row: Row,
  start: () => Promise<Machine>,
  emulator: Emulator,
  world: WorldInput,
): Promise<Machine> {
  const machine = await start();
  const { event } = row;
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
      await waitFor(limitOf(row), async () => isBooted(await systemState(machine)));
      await machine.powerOff();
      emulator.setWorld(mergeWorlds(world, event.world));
      return start();
  }
}

async function waitForSecret({ requests }: Emulator, { kind }: Event): Promise<void> {
  await waitUntil(`${kind}: parbake asks for a secret`, EMULATED_LIMIT_MS, async () => requests.some(isForSecret));
}

function isForSecret({ service }: Emulator["requests"][number]): boolean {
  return service === "secretsmanager";
}

/** Until the boot is over and, where they are to come up later, the units are up. */
export async function waitForBoot(row: Row, machine: Machine, { units, secrets }: ImageNeeds): Promise<void> {
  const ids = secrets.map(({ id }) => id);
  const wanted = new Set(units.filter((needs) => !row.promises.held(needs, ids)).map(({ unit }) => unit));
  await waitFor(limitOf(row), async () => {
    if (!isBooted(await systemState(machine))) return false;
    const states = await observeUnits(machine);
    const areUp = states.length > 0 && states.every(({ unit, upAfterMs }) => upAfterMs !== null || !wanted.has(unit));
    // A retry may go on, of what has failed before.
    return areUp && (await observeStatus(machine)) !== null;
  });
}

function limitOf({ machine }: Row): number {
  return machine === "container" ? CONTAINER_LIMIT_MS : EMULATED_LIMIT_MS;
}

function isBooted(state: string): boolean {
  return state === "running" || state === "degraded";
}

// What the suites that cut a run of the new version short have in common: both versions, every point of such a run, and two at a time.

import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import type { Machine } from "./machine.ts";
import { listing, readPoints, type Point } from "./points.ts";

export const OLD = { updated: "old", created: "old", removed: "old", attributes: "old", dropIn: "old", secret: "old" };
export const NEW = { updated: "new", created: "new", removed: "new", attributes: "new", dropIn: "new", secret: "new" };

/** With the secret of either version. */
export function startAws(): Promise<Emulator> {
  const secrets = ["old", "new"].map((version) => ({
    name: `prod/${version}`,
    versions: [{ string: `{"password":"${version}"}` }],
  }));
  return startEmulator({ world: { secrets } });
}

/** Every point of a run that nothing cuts short. */
export function listRun(base: Machine): Promise<Point[]> {
  return base.onClone(async (machine) => {
    const file = `${machine.root}/strace`;
    const run = await machine.run(listing(file));
    assert.equal(run.status, 0, run.stderr);
    assert.deepEqual(machine.versions(), NEW);
    return readPoints(file);
  });
}

/** All of them, and then what was wrong with any. */
export async function twoAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const failures: string[] = [];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift())
      await work(item).catch((error: unknown) => failures.push(String(error)));
  };
  await Promise.all([worker(), worker()]);
  assert.equal(failures.length, 0, failures.join("\n\n"));
}

// Keeps what this version writes, for the versions after it to read: config, templates, plan, and the records of runs that ended in
// different ways. Run once before a release, as root, with a build: scripts/node test/earlier/support/keep.ts

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { countFailure, writeFailures } from "../../../agent/apply/state/failures.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { startEmulator } from "../../../scripts/emulator/emulator.ts";
import { Machine } from "../../kill/support/machine.ts";
import { startAws } from "../../kill/support/runs.ts";
import { removeFolders } from "../../support/folders.ts";
import { CONFIG, makeEarlierImage, planHere, runWell, WORLD } from "./earlier-image.ts";

const TOP = join(import.meta.dirname, "../../..");
const IMAGE = join(import.meta.dirname, "image");

/** Where the records are. The secrets themselves are below one of them, and stay away. */
const RECORDS = ["var/lib/parbake", "run/parbake", "usr/share/parbake"];

function keepTree(root: string, target: string, folders: readonly string[]): void {
  for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
    const names = readdirSync(join(root, folder)).filter((name) => /\.json$|^console$/.test(name));
    for (const name of names)
      keepText(readFileSync(join(root, folder, name), "utf8"), root, join(target, folder, name));
  }
}

/** As if the image had been the whole machine. */
function keepText(text: string, root: string, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text.replaceAll(root, ""));
}

/** An image that was baked, installed, sealed, booted and has failed once since. */
async function keepImage(target: string): Promise<void> {
  const emulator = await startEmulator({ world: WORLD });
  const image = makeEarlierImage(IMAGE);
  await runWell(image, emulator, "install", "--unit", "web.service");
  await runWell(image, emulator, "seal", "--clean", "--base-image", "ami-0123456789abcdef0");
  keepText(await planHere(image, emulator), image.root, join(target, "plan.json"));
  await runWell(image, emulator, "apply");
  const failure = new Refusal("unavailable", { what: "IMDS did not answer", fix: "Wait." });
  writeFailures(image.root, countFailure(failure, null));
  keepTree(image.root, join(target, "ran"), RECORDS);
  cpSync(join(image.root, CONFIG), join(target, "ran", CONFIG), { recursive: true });
  await emulator.close();
}

/** The records of a run that was cut short, of one that waits for its confirmation, and of one that was taken back. */
async function keepRuns(target: string): Promise<void> {
  const emulator = await startAws();
  const base = await Machine.make(emulator);
  base.declare("new");
  const keep = (name: string, work: (machine: Machine) => Promise<unknown>) =>
    base.onClone(async (machine) => {
      await work(machine);
      keepTree(machine.root, join(target, name), RECORDS);
    });
  await keep("cut-short", async (machine) => {
    machine.write("sbin/healthy", "#!/bin/sh\nkill -KILL $PPID\n", 0o755);
    assert.equal((await machine.run()).signal, "SIGKILL");
  });
  await keep("unconfirmed", async (machine) => assert.equal((await machine.run([], "--confirm", "1h")).status, 0));
  await keep("taken-back", async (machine) => {
    assert.equal((await machine.run([], "--confirm", "1h")).status, 0);
    assert.equal((await machine.play(["revert"])).status, 0);
  });
  base.remove();
  await emulator.close();
}

const { version } = JSON.parse(readFileSync(join(TOP, "package.json"), "utf8")) as { readonly version: string };
const target = join(TOP, "test/earlier", version);
rmSync(target, { recursive: true, force: true });
await keepImage(target);
await keepRuns(target);
removeFolders();

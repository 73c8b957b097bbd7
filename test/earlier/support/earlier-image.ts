// An image with the config of a version, and the present binary run on it.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Emulator } from "../../../scripts/emulator/emulator.ts";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";

export const CONFIG = "etc/parbake";

const SECRET = '{"password":"correct horse","hosts":[{"name":"db.example.com"}]}';

export const WORLD: WorldInput = { secrets: [{ name: "prod/db", versions: [{ string: SECRET }] }] };

/** @param config the folder with parbake.yaml and its templates */
export function makeEarlierImage(config: string): ScratchImage {
  const image = makeScratchImage();
  rmSync(join(image.root, CONFIG), { recursive: true });
  cpSync(config, join(image.root, CONFIG), { recursive: true });
  image.write("usr/lib/systemd/system/web.service", "[Service]\nExecStart=/bin/true\n");
  image.write("etc/os-release", 'ID=debian\nVERSION_ID="12"\n');
  mkdirSync(join(image.root, "var/lib/metrics"), { recursive: true });
  return image;
}

/** An image with memory at its secrets folder is a machine that runs. */
const BOOTED = "mount -t tmpfs -o mode=0755 none run/parbake/secrets";

export async function runWell(image: ScratchImage, emulator: Emulator, ...words: string[]): Promise<string> {
  const { status, stdout, stderr } = await image.runMounted(BOOTED, emulator, ...words);
  assert.equal(status, 0, `${words.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Without launchOn: with it there would be a plan for each type, which nobody applies. */
export async function planHere(image: ScratchImage, emulator: Emulator): Promise<string> {
  const config = image.read(`${CONFIG}/parbake.yaml`);
  image.write(`${CONFIG}/parbake.yaml`, config.replace(/^launchOn.*\n/m, ""));
  const plan = await runWell(image, emulator, "plan", "--json");
  image.write(`${CONFIG}/parbake.yaml`, config);
  return plan;
}

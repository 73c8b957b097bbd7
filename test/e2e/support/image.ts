// Bakes parbake and the sample image of this folder into a root, with the commands that a user would give.

import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";

const TOP = new URL("../../../", import.meta.url).pathname;
export const IMAGE = new URL("../image/", import.meta.url).pathname;

const UNITS = ["nginx.service", "postgresql@.service", "whole.service"];

export async function bakeImage(root: string): Promise<void> {
  await put("parbake.yaml", root, "etc/parbake");
  await put("templates", root, "etc/parbake");
  await put("endpoints.conf", root, "etc/systemd/system/parbake.service.d");
  for (const unit of ["bystander.service", "whole.service"]) {
    await put(unit, root, "etc/systemd/system");
    await run(["systemctl", `--root=${root}`, "enable", unit]);
  }
  // It reads the config, for what the units may do.
  await installParbake(root, UNITS);
  // Makes the journal outlive the machine, so that the tests can search what it has on disk.
  await mkdir(join(root, "var/log/journal"), { recursive: true });
}

export async function installParbake(
  root: string,
  units: readonly string[],
  binary = join(TOP, "dist/parbake"),
): Promise<string> {
  const named = units.flatMap((unit) => ["--unit", unit]);
  return run([join(TOP, "systemd/install"), "--root", root, "--binary", binary, ...named]);
}

async function put(name: string, root: string, folder: string): Promise<void> {
  await mkdir(join(root, folder), { recursive: true });
  await cp(join(IMAGE, name), join(root, folder, name), { recursive: true });
}

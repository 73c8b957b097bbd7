// What a test would leave on the machine that it runs on, were it to run or install parbake without a root of its own.

import { globSync, lstatSync } from "node:fs";

const OWN = [
  "/etc/parbake",
  "/run/parbake",
  "/usr/bin/parbake",
  "/usr/lib/systemd/system/parbake.service",
  "/var/lib/parbake",
];

/** Of each file and folder of parbake's when it was changed last. */
export function listOwnFiles(): readonly string[] {
  return globSync(OWN.flatMap((path) => [path, `${path}/**`])).map((path) => `${path} ${lstatSync(path).ctimeMs}`);
}

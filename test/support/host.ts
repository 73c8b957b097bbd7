// What parbake would leave on the machine that the tests run on, were one of them to run it without a root of its own.

import { globSync, lstatSync } from "node:fs";

const OWN = ["/run/parbake", "/var/lib/parbake"];

/** Of each file and folder of a run's when it was changed last. */
export function listOwnFiles(): readonly string[] {
  return globSync(OWN.flatMap((path) => [path, `${path}/**`])).map((path) => `${path} ${lstatSync(path).ctimeMs}`);
}

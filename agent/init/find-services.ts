// The services of the operator's own, by the programs that their units run. Runs nothing.

import { basename } from "node:path/posix";
import type { UnitFile } from "../image/units.ts";
import { parseUnitName } from "../names/unit-name.ts";
import { PROGRAMS, UNITS } from "./detection.ts";
import { foundApp, type Found } from "./found.ts";
import type { ImageInventory } from "./inventory.ts";
import { readAssignments, readCommands, readEnvironmentFiles } from "./unit-lines.ts";

export function findServices(image: ImageInventory): readonly Found[] {
  const taken = new Set<string>();
  return [...image.services.values()].flatMap((unit) => {
    const isKnown = Object.values(UNITS).some((pattern) => pattern.test(unit.name));
    const [profile, what] = isKnown ? [] : (findProfile(unit) ?? []);
    if (profile === undefined || what === undefined) return [];
    return [describeService(image, unit, profile, what, taken)];
  });
}

/** And how its unit tells. */
function findProfile(unit: UnitFile): readonly [profile: string, what: string] | null {
  for (const [profile, { program, variables }] of Object.entries(PROGRAMS)) {
    const name = readCommands(unit.text)
      .flatMap(listPrograms)
      .find((word) => program.test(word));
    if (name !== undefined) return [profile, `runs ${name}`];
    const variable = readAssignments(unit.text).find((word) => variables.test(word));
    if (variable !== undefined) return [profile, `sets ${variable}`];
  }
  return null;
}

/** Programs that start another, which stands among their words. */
const WRAPPER =
  /^(?:sh|bash|dash|env|python[\d.]*|ruby|bundle|poetry|uv|pipenv|nice|ionice|numactl|taskset|setpriv|runuser|sudo|authbind)$/;

function listPrograms(command: string): readonly string[] {
  const words = command.split(/[\s"';]+/).filter((word) => word !== "");
  const names = words.map((word) => basename(word));
  return WRAPPER.test(names[0] ?? "") ? names : names.slice(0, 1);
}

/** @param taken the environment files of others */
function describeService(
  image: ImageInventory,
  unit: UnitFile,
  profile: string,
  what: string,
  taken: Set<string>,
): Found {
  const stem = unit.name.replace(/\.service$/, "");
  if (parseUnitName(unit.name)?.kind === "template") {
    const fix = `Add an app with the profile ${profile} for each instance that the image starts.`;
    return { kind: "note", problem: { what: `${unit.path} ${what}, and parbake does not know its instances`, fix } };
  }
  const file = chooseEnvironmentFile(unit, stem, (path) => image.isThere(path) || taken.has(path));
  taken.add(file);
  const known = { profile, unit: unit.name, stem, evidence: [unit.path, what] };
  return foundApp(known, { isOwn: true, replacements: [["/etc/myapp.env", file]] });
}

/** One that the unit reads and nobody writes, so that parbake replaces nothing. */
function chooseEnvironmentFile(unit: UnitFile, stem: string, isTaken: (path: string) => boolean): string {
  // As it is but for the escapes of a unit's name: no name has a plus.
  const name = stem.replaceAll("\\", "+");
  const read = readEnvironmentFiles(unit).filter((path) => /^\/etc\/(?:[\w-]+\/)*[\w.-]+$/.test(path));
  const named = read.filter((path) => /\.env$|^\/etc\/(?:default|sysconfig)\//.test(path));
  return [...named, `/etc/${name}.env`].find((path) => !isTaken(path)) ?? `/etc/${name}.parbake.env`;
}

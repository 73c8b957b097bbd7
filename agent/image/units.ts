// The systemd units of an image, by their files: systemd is not asked, so that a mounted image can be read. Never writes.

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { isUnitName, templateOf } from "../names/unit-name.ts";
import { listImageFolder, readImageLink, readImageText } from "./read-image-text.ts";

/** systemd.unit(5), without the folders that generators fill at boot. A unit in an earlier one hides that in a later. */
const UNIT_FOLDERS = [
  "/etc/systemd/system",
  "/usr/local/lib/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];

/** An init script becomes a service of its name. */
const SCRIPTS_FOLDER = "/etc/init.d";

export interface UnitFile {
  /** `nginx.service`, or `postgresql@.service` of a template. */
  readonly name: string;
  /** As the booted machine sees it. */
  readonly path: string;
  /** With its drop-ins behind it; empty of an init script. */
  readonly text: string;
}

export function isUnitInImage(unit: string, root: string): boolean {
  const names = [unit, templateOf(unit) ?? unit];
  const script = join(SCRIPTS_FOLDER, unit.replace(/\.service$/, ""));
  const files = UNIT_FOLDERS.flatMap((folder) => names.map((name) => join(folder, name)));
  return [script, ...files].some((path) => existsSync(resolveInRoot(root, path)));
}

/** By name, whatever becomes of them. */
export function listUnits(root: string): readonly string[] {
  const files = UNIT_FOLDERS.flatMap((folder) => listImageFolder(root, folder));
  const scripts = listImageFolder(root, SCRIPTS_FOLDER).map((script) => `${script}.service`);
  return [...new Set([...files, ...scripts])].filter(isUnitName);
}

/** Whether something starts it: what `systemctl enable` or a package linked. */
export function isUnitEnabled(unit: string, root: string): boolean {
  return UNIT_FOLDERS.some((folder) =>
    listImageFolder(root, folder)
      .filter((name) => /\.(?:wants|requires|upholds)$/.test(name))
      .some((name) => listImageFolder(root, join(folder, name)).includes(unit)),
  );
}

/** By name. Without aliases, which are other names of a unit, and masked units. */
export function readServices(root: string): ReadonlyMap<string, UnitFile> {
  const paths = new Map<string, string>();
  for (const folder of UNIT_FOLDERS)
    for (const name of listImageFolder(root, folder))
      if (name.endsWith(".service") && isUnitName(name) && !paths.has(name)) paths.set(name, join(folder, name));
  const units = [...paths].flatMap(([name, path]) => readUnit(root, name, path) ?? []);
  const scripts = listImageFolder(root, SCRIPTS_FOLDER)
    .map((script) => ({ name: `${script}.service`, path: join(SCRIPTS_FOLDER, script), text: "" }))
    .filter(({ name }) => isUnitName(name) && !paths.has(name));
  return new Map([...scripts, ...units].map((unit) => [unit.name, unit]));
}

/** Null: no unit of its own. */
function readUnit(root: string, name: string, path: string): UnitFile | null {
  if (isAliasOrMask(root, path)) return null;
  const text = readImageText(root, path);
  // An empty file masks a unit, too.
  if (text === null || text.trim() === "") return null;
  return { name, path, text: [text, ...readDropIns(root, name)].join("\n") };
}

/** A symlink to another name is an alias, one to /dev/null a mask; one to its own name is a unit that lies elsewhere. */
function isAliasOrMask(root: string, path: string): boolean {
  const text = readImageLink(root, path);
  return text !== null && basename(text) !== basename(path);
}

function readDropIns(root: string, name: string): readonly string[] {
  return UNIT_FOLDERS.toReversed().flatMap((folder) => {
    const dropIns = join(folder, `${name}.d`);
    const files = listImageFolder(root, dropIns).filter((file) => file.endsWith(".conf"));
    return files.map((file) => readImageText(root, join(dropIns, file)) ?? "");
  });
}

// What systemd knows of parbake: its units, what enables them, and its drop-ins of other units, whoever installed them and in
// whichever version. Follows links within the image only; changes nothing.

import { basename, dirname } from "node:path";
import { DROP_IN } from "../config/hand-off-path.ts";
import { SHARE_DROP_IN } from "../config/share-path.ts";
import { finalName, isTemporaryName } from "../host/files/temporary.ts";
import { FORMER_SETTINGS, SETTINGS } from "../names/running-units.ts";
import { isOwnSandbox, SANDBOXES } from "../sandbox/drop-in.ts";
import { describeOthersLines, readDropIn } from "./drop-in.ts";
import { HOLD, isOwnUnit, originOfHold, SYSTEM_UNITS, UNITS, VENDOR_UNITS, type HoldOrigin } from "./layout.ts";
import { isAt, listNames } from "./places.ts";
import { joinFindings, leaving, NOTHING, removing, type Findings } from "./removal.ts";

const OPERATORS = [SYSTEM_UNITS, "/run/systemd/system"];

export function findUnits(root: string, packaged: ReadonlySet<string>): Findings {
  const operators = OPERATORS.flatMap((folder) => listNames(root, folder).map((name) => ({ folder, name })));
  return joinFindings([
    ...operators.map(({ folder, name }) => findEnabled(root, `${folder}/${name}`)),
    ...operators.map(({ folder, name }) => findDropIns(root, folder, name)),
    findVendorUnits(root, packaged),
  ]);
}

function findEnabled(root: string, folder: string): Findings {
  if (!/\.(?:wants|requires|upholds)$/.test(folder)) return NOTHING;
  const own = listNames(root, folder).filter((name) => isOwnUnit(finalName(name)));
  return removing(
    "link",
    own.map((name) => `${folder}/${name}`),
  );
}

function findDropIns(root: string, folder: string, name: string): Findings {
  const path = `${folder}/${name}`;
  if (isOwnUnit(name.replace(/\.d$/, ""))) return findOverrides(root, path);
  if (!name.endsWith(".d")) return NOTHING;
  return joinFindings([
    removing("file", listUnfinished(root, `${path}/${HOLD}`)),
    judge(root, `${path}/${HOLD}`, originOfHold),
    ...[DROP_IN, SHARE_DROP_IN].map((file) =>
      judge(root, `${path}/${file}`, (text) => (text.startsWith("# Made by parbake: ") ? "own" : "foreign")),
    ),
  ]);
}

/** A person's, of a unit of parbake's: an override, a mask, drop-ins; beside them parbake's own. */
function findOverrides(root: string, path: string): Findings {
  const own = SANDBOXES.flatMap((sandbox) => [sandbox.path, sandbox.former]).filter((file) => dirname(file) === path);
  const others = listNames(root, path).filter((name) => !own.includes(`${path}/${finalName(name)}`));
  return joinFindings([
    ...own.map((file) => removing("file", listUnfinished(root, file))),
    ...own.map((file) => judge(root, file, (text) => (isOwnSandbox(text) ? "own" : "edited"))),
    leaving("the operator's own, for a unit of parbake's", own.length > 0 && others.length === 0 ? [] : [path]),
  ]);
}

function judge(root: string, path: string, originOf: (text: string) => HoldOrigin): Findings {
  if (!isAt(root, path)) return NOTHING;
  const text = readDropIn(root, path);
  switch (text === null ? "foreign" : originOf(text)) {
    case "own":
      return removing("file", [path]);
    case "edited":
      return { ...NOTHING, problems: [describeOthersLines(root, path)] };
    case "foreign":
      return leaving("not parbake's, for all its name", [path]);
  }
}

function findVendorUnits(root: string, packaged: ReadonlySet<string>): Findings {
  const names = listNames(root, VENDOR_UNITS);
  const settings = names.filter((name) => name.endsWith(".d") && isOwnUnit(name.replace(/\.d$/, "")));
  const units = new Set([...names.filter(isOwnUnit), ...UNITS]);
  const paths = [...units, ...settings.flatMap((name) => [SETTINGS, FORMER_SETTINGS].map((file) => `${name}/${file}`))];
  return findOwn(
    root,
    paths.map((name) => `${VENDOR_UNITS}/${name}`),
    packaged,
  );
}

/** What a killed installation left of this very file. */
function listUnfinished(root: string, path: string): string[] {
  const names = listNames(root, dirname(path)).filter(
    (name) => isTemporaryName(name) && finalName(name) === basename(path),
  );
  return names.map((name) => `${dirname(path)}/${name}`);
}

/** Those of parbake's own paths that are there, and what a killed installation left of them, less those that a package manager answers for. */
export function findOwn(root: string, paths: readonly string[], packaged: ReadonlySet<string>): Findings {
  const there = paths.filter((path) => isAt(root, path));
  const unfinished = paths.flatMap((path) => listUnfinished(root, path));
  return joinFindings([
    removing("file", [...unfinished, ...there.filter((path) => !packaged.has(path))]),
    leaving(
      "of the package parbake: apt or dnf removes it",
      there.filter((path) => packaged.has(path)),
    ),
  ]);
}

// Which pieces of an installation are not yet in place, and every problem that stands in its way. Changes nothing.

import { basename, dirname, join } from "node:path";
import { forEachGathering } from "../collect-refusals.ts";
import { findAttributes, readCurrent } from "../host/files/read-current.ts";
import { isFolder, readLink } from "../host/find-entry.ts";
import { inFolderIfThere, TRUST_NOBODY_ELSE, type Folder } from "../host/folder.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import { listDangers, quote } from "../host/trust.ts";
import { readImageLink } from "../image/read-image-text.ts";
import { isUnitInImage } from "../image/units.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { isOwnSandbox, isSandbox } from "../sandbox/drop-in.ts";
import { describeOthersLines, readDropIn } from "./drop-in.ts";
import { refuseEarly } from "./judge-held.ts";
import { hasOthersLines, HOLD, isOwnUnit, SYSTEM_UNITS } from "./layout.ts";
import type { Piece } from "./pieces.ts";
import { inPlace, isAt, listMissing, placeOf } from "./places.ts";

/** @throws Refusal with every problem */
export function planInstall(root: string, pieces: readonly Piece[], units: readonly string[]): Piece[] {
  const looks = [
    ...units.map((unit) => () => refuseUnfit(root, unit)),
    ...pieces.map((piece) => () => refuseOthersLines(root, piece)),
    ...pieces.map((piece) => () => (isInPlace(root, piece) ? null : piece)),
  ];
  return forEachGathering(looks, (look) => look()).filter((piece) => piece !== null);
}

/** Every folder that has to be made for them, outermost first. */
export function listNewFolders(root: string, pieces: readonly Piece[]): string[] {
  const made = pieces.filter(({ kind }) => kind !== "former");
  const folders = made.map(({ kind, path }) => locateInRoot(root, kind === "folder" ? path : dirname(path)));
  return [...new Set(folders.flatMap((folder) => listMissing(root, folder)))];
}

/** Units that it enables and that never start all the same. Who bakes may want that for a while, so that none of them is refused. */
export function findMasked(root: string, pieces: readonly Piece[]): Problem[] {
  const enabled = pieces.flatMap(({ kind, path }) => (kind === "link" ? [`${SYSTEM_UNITS}/${basename(path)}`] : []));
  const masks = enabled.filter((path) => readImageLink(root, path) === "/dev/null");
  return masks.map((path) => ({
    what: `${join(root, path)} masks ${basename(path)}, and systemd never starts it`,
    fix: `Remove the mask before the image is used: rm ${quote(join(root, path))}`,
  }));
}

function refuseUnfit(root: string, unit: string): null {
  // Each boot would wait for the end of that wait.
  if (isOwnUnit(unit)) {
    const what = `--unit ${unit} is parbake's own, and would wait for itself`;
    throw new Refusal("usage", { what, fix: "Name the services that need what parbake makes." });
  }
  refuseEarly(root, unit);
  if (isUnitInImage(unit, root)) return null;
  const what = `the image has no ${unit}`;
  throw new Refusal("config", { what, fix: "Install its package first, or correct its name." });
}

function refuseOthersLines(root: string, { kind, path }: Piece): null {
  if (kind === "link" || !(isSandbox(path) || basename(path) === HOLD)) return null;
  const text = readDropIn(root, path);
  if (text !== null && (isSandbox(path) ? !isOwnSandbox(text) : hasOthersLines(text)))
    throw new Refusal("config", describeOthersLines(root, path));
  return null;
}

function isInPlace(root: string, piece: Piece): boolean {
  switch (piece.kind) {
    case "file":
      return inPlace(root, placeOf(root, piece.path), (folder) => isSameFile(folder, piece)) ?? false;
    case "former":
      return !isAt(root, piece.path);
    case "folder":
      return isTrustedFolder(root, locateInRoot(root, piece.path));
    case "link": {
      const place = placeOf(root, piece.path);
      return inPlace(root, place, (folder) => readLink(folder, place.name) === piece.text) ?? false;
    }
  }
}

// A link, a pipe or a device in its place is replaced, and not waited for.
function isSameFile(folder: Folder, { path, mode, bytes }: Extract<Piece, { kind: "file" }>): boolean {
  const name = basename(path);
  if (isFolder(folder, name)) throw folderInPlace(`${folder.shownPath}/${name}`);
  const found = findAttributes(folder, name);
  if (found === null || found === "other") return false;
  if (found.mode !== mode || listDangers(found, TRUST_NOBODY_ELSE).length > 0) return false;
  const current = readCurrent(folder, name, bytes.length);
  return current.kind === "file" && current.bytes !== null && current.bytes.equals(bytes);
}

/** Whoever may write to it tells root what to do. @throws Refusal where somebody else may */
function isTrustedFolder(root: string, path: string): boolean {
  return inFolderIfThere(root, path, TRUST_NOBODY_ELSE, () => true) ?? false;
}

function folderInPlace(shownPath: string): Refusal {
  const what = `${shownPath} is a folder, and a file of parbake's belongs there`;
  return new Refusal("cannot-write", { what, fix: "Inspect what it holds, and move it away." });
}

/** @throws Refusal where one would replace what a package manager answers for */
export function refusePackaged(replaced: readonly Piece[], packaged: ReadonlySet<string>): void {
  const theirs = replaced.filter(({ path }) => packaged.has(path));
  const problems = theirs.map(({ path }) => ({
    what: `${path} is of the package parbake, and of another version than this one`,
    fix: "Upgrade the package; or remove it, and install again.",
  }));
  if (problems.length > 0) throw new Refusal("config", problems);
}

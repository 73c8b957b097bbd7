// Finds what of a machine's identity is in an image, and takes it away where that is asked for. Touches nothing else.

import { lstatSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { explainFileError } from "../host/file-error.ts";
import { findMountsIn } from "../host/mounts.ts";
import { locateInRoot, resolveInRoot } from "../host/resolve-in-root.ts";
import type { RunCommand } from "../host/run-command.ts";
import { listImageFolder, readImageText } from "../image/read-image-text.ts";
import type { Action, Finding } from "../seal/finding.ts";
import { IDENTITIES, type Identity } from "./identity.ts";

interface Found {
  readonly identity: Identity;
  readonly path: string;
}

export function tellIdentity(root: string): Finding[] {
  return findIdentity(root).map(tell);
}

/** On the machine of the bake, the last thing that is done: what is gone may come back with the next lease. */
export async function resetIdentity(root: string, run: RunCommand): Promise<Action[]> {
  const found = findIdentity(root);
  if (root === "/" && found.some(({ identity }) => identity.kind === "random-seed")) await keepSeedAway(run);
  for (const each of found) reset(root, each);
  return found.map(({ path, identity: { reset: how, what } }) => ({
    did: how === "empty" ? "emptied" : "removed",
    path,
    why: what,
  }));
}

/** What is mounted over a name of the image is another machine's: a builder's own machine-id, say. */
function findIdentity(root: string): Found[] {
  const mounts = findMountsIn(root);
  return IDENTITIES.flatMap((identity) =>
    listImageFolder(root, identity.folder)
      .filter((name) => identity.name.test(name))
      .map((name) => ({ identity, path: join(identity.folder, name) }))
      .filter(({ path }) => !mounts.has(locateInRoot(root, path).slice(1)) && isHeld(root, path, identity)),
  );
}

/** What a symlink leads to is another entry's to say: D-Bus' machine-id is mostly one to systemd's. */
function isHeld(root: string, path: string, { holds, reset: how }: Identity): boolean {
  if (holds === undefined) return true;
  if (how === "remove" && lstatSync(placeOf(root, path)).isSymbolicLink()) return false;
  return holds.test(readImageText(root, path) ?? "");
}

function tell({ identity: { kind, severity, what }, path }: Found): Finding {
  const fix = "Let `parbake seal --clean` be the bake's last step.";
  return { kind, severity, place: { file: path }, what: `${path} is ${what}`, fix };
}

function reset(root: string, { identity, path }: Found): void {
  const place = placeOf(root, path);
  try {
    if (identity.reset === "remove") rmSync(place, { recursive: true, force: true });
    else truncateSync(resolveInRoot(root, path), 0);
  } catch (error) {
    throw explainFileError(error, place);
  }
}

/** The name itself, in a folder that symlinks within the image may lead to. */
function placeOf(root: string, path: string): string {
  const at = path.lastIndexOf("/");
  return join(resolveInRoot(root, path.slice(0, at) || "/"), path.slice(at + 1));
}

/** systemd-random-seed(8) saves a new one when the machine shuts down, unless the service is stopped already. */
async function keepSeedAway(run: RunCommand): Promise<void> {
  await run(["systemctl", "stop", "systemd-random-seed.service"], 10_000);
}

// Opens an image for `init`: files are read when they are asked for. Runs a program of the machine that it runs on alone, never one
// of a mounted image.

import { resolve } from "node:path";
import { readManaged } from "../apply/state/managed.ts";
import { attempt } from "../host/attempt.ts";
import { runCommand } from "../host/run-command.ts";
import { readOsRelease } from "../image/os-release.ts";
import { isInImage, listImageFolder, readImageText } from "../image/read-image-text.ts";
import { readServices } from "../image/units.ts";
import type { ImageInventory } from "./inventory.ts";

/** It prints one line: one that takes longer hangs. */
const VERSION_TIMEOUT_MS = 5000;

/** @param root `/`, or the folder that a machine's file system is mounted on */
export function gatherInventory(root: string): ImageInventory {
  const managed = findManaged(root);
  return {
    system: readOsRelease(root),
    services: readServices(root),
    list: (folder) => listImageFolder(root, folder),
    read: (path) => readImageText(root, path),
    isThere: (path) => isInImage(root, path),
    isManaged: (path) => managed.has(path),
    askVersion: async (program) => (resolve(root) === "/" ? askVersion(program) : null),
  };
}

/** None where parbake's record can't be read: `status` says why. */
function findManaged(root: string): ReadonlySet<string> {
  return attempt(new Set(), () => new Set(readManaged(root).files.keys()));
}

async function askVersion(program: string): Promise<string | null> {
  const result = await runCommand([program, "--version"], VERSION_TIMEOUT_MS);
  return result.kind === "exited" && result.status === 0 ? result.output : null;
}

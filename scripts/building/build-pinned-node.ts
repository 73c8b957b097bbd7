// Where the Node of each architecture is: package-lock.json pins both by version and hash. Never fetches.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export const ARCHITECTURES = ["x64", "arm64"] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

export interface PinnedNode {
  readonly packageName: string;
  readonly version: string;
  /** As npm writes it: `sha512-` and base64. */
  readonly integrity: string;
}

export const TOP = join(import.meta.dirname, "../..");

export function readPinnedNode(architecture: Architecture): PinnedNode {
  const packageName = `node-linux-${architecture}`;
  const lock = JSON.parse(readFileSync(join(TOP, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; integrity: string } | undefined>;
  };
  const entry = lock.packages[`node_modules/${packageName}`];
  if (!entry) throw new Error(`package-lock.json has no ${packageName}`);
  return { packageName, version: entry.version, integrity: entry.integrity };
}

/** npm installs only the package of its own architecture; build-fetch-node.ts puts the other into .cache. */
export function nodePath(architecture: Architecture): string {
  const { packageName, version } = readPinnedNode(architecture);
  const folder =
    architecture === process.arch ? join("node_modules", packageName) : join(".cache", `${packageName}-${version}`);
  return join(TOP, folder, "bin", "node");
}

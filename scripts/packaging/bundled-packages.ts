// The npm packages of which something is in the binary, by what the bundler kept; with their licences, for NOTICE and the SBOM.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TOP } from "../building/build-pinned-node.ts";
import { bundleAgent } from "../building/bundle-agent.ts";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  readonly licenseText: string;
  /** Names of packages, in the binary or not. */
  readonly dependencies: readonly string[];
}

/** By name. @throws Error where a package does not say under which licence it may be passed on */
export async function listBundledPackages(): Promise<BundledPackage[]> {
  const scratch = mkdtempSync(join(tmpdir(), "parbake-bundle-"));
  try {
    const { inputs } = await bundleAgent(scratch, "unknown");
    const folders = new Set(inputs.flatMap((path) => /^.*\bnode_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
    return [...folders].map(describePackage).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function describePackage(folder: string): BundledPackage {
  const path = join(TOP, folder);
  const { name, version, license, dependencies } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license: unknown;
    dependencies?: object;
  };
  if (typeof license !== "string") throw new Error(`${folder} does not say under which licence it is`);
  const licenseText = readLicense(path, license);
  return { name, version, license, licenseText, dependencies: Object.keys(dependencies ?? {}) };
}

/** Without a file of its own: the Apache License has no names in it, so that any copy is the text. */
function readLicense(path: string, license: string): string {
  const file = readdirSync(path).find((entry) => /^licen[cs]e(\.md|\.txt)?$/i.test(entry));
  if (file !== undefined) return readFileSync(join(path, file), "utf8");
  if (license === "Apache-2.0") return readFileSync(join(TOP, "LICENSE"), "utf8");
  throw new Error(`${path} has no text of its licence, ${license}: NOTICE must have it`);
}

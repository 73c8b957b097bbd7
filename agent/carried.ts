// The files that the executable carries beside its code: the ready templates, the units, the documents, the catalogue, and the
// scripts of what a boot does not load. One compressed asset, of which a start reads nothing, and a command what it asks for.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { getRawAsset, isSea } from "node:sea";
import { brotliDecompressSync } from "node:zlib";
import { parseArchive, type Archive } from "./carried-archive.ts";

export const ASSET = "carried";

/** What of the source tree is carried, by path below its top. A folder is carried whole. */
export const CARRIED: readonly string[] = [
  "FAQ.md",
  "README.md",
  "SECURITY.md",
  "TROUBLESHOOTING.md",
  "UPGRADING.md",
  "agent/apply/README.md",
  "agent/apply/secrets/README.md",
  "agent/cli/JSON.md",
  "agent/cli/README.md",
  "agent/config/README.md",
  "agent/facts/catalogue/catalogue.tsv",
  "agent/fleet/README.md",
  "agent/install/README.md",
  "agent/page/browser/page.css",
  "agent/page/browser/page.html",
  "agent/seal/README.md",
  "agent/seal/rules/gitleaks.json",
  "agent/tuning/CUSTOM.md",
  "agent/tuning/ENFORCE.md",
  "agent/tuning/MIXES.md",
  "agent/tuning/README.md",
  "agent/tuning/WITHOUT.md",
  "scripts/bake/README.md",
  "systemd",
  "templates",
];

/** Reads a carried file. @param path below the top of the source tree: `templates/nginx.conf.hbs` @throws Error for one that is not carried */
export function readCarried(path: string): string {
  if (!isSea()) return readFileSync(inTree(path), "utf8");
  const { bodies, entries } = openArchive();
  const entry = entries.get(path);
  if (entry === undefined) throw new Error(`${path} is not carried`);
  return brotliDecompressSync(bodies.subarray(entry.at, entry.at + entry.bytes)).toString("utf8");
}

/** The carried files below a folder, in order: `templates` has `templates/nginx.conf.hbs`. */
export function listCarried(folder: string): readonly string[] {
  const all = isSea() ? [...openArchive().entries.keys()] : CARRIED.flatMap(listTree);
  return all.filter((path) => path.startsWith(`${folder}/`)).toSorted();
}

/** The files of the source tree at a path: itself, or all below it. */
export function listTree(path: string): readonly string[] {
  if (!statSync(inTree(path)).isDirectory()) return [path];
  return readdirSync(inTree(path)).flatMap((name) => listTree(`${path}/${name}`));
}

function inTree(path: string): URL {
  const isListed = CARRIED.some((each) => path === each || path.startsWith(`${each}/`));
  if (!isListed) throw new Error(`${path} is not carried: see CARRIED`);
  return new URL(`../${path}`, import.meta.url);
}

let opened: Archive | null = null;

function openArchive(): Archive {
  return (opened ??= parseArchive(Buffer.from(getRawAsset(ASSET))));
}

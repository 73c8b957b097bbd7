// What parbake itself says of the machine, for the archive: its version, its records, its status and facts. Never fails as a whole: what
// goes wrong with one of them is told in its place.

import { readdirSync } from "node:fs";
import { join as joinPath } from "node:path";
import { RUN_FOLDER, STATE_FOLDER } from "../apply/state/own-folders.ts";
import { MANIFEST_FILE } from "../bake/manifest.ts";
import { describeBug } from "../bug.ts";
import { attempt } from "../host/attempt.ts";
import { explainShortage } from "../host/file-error.ts";
import { DEFAULT_SECRETS_FOLDER, ENVIRONMENT_FILE } from "../names/own-places.ts";
import { Refusal } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";
import { shownJson } from "../shown.ts";
import { collectFile, collectKernelFile, collectListing, collectTree, type Reading } from "./collect-files.ts";
import { join, NOTHING, textEntry, type Collection } from "./collection.ts";

const FILES = [MANIFEST_FILE, ENVIRONMENT_FILE, "/etc/os-release", "/etc/resolv.conf"];

const OF_KERNEL = [
  "/proc/version",
  "/proc/cmdline",
  "/proc/uptime",
  "/proc/loadavg",
  "/proc/meminfo",
  "/proc/swaps",
  "/proc/self/cgroup",
  "/proc/self/mountinfo",
  "/proc/self/limits",
  "/proc/net/route",
  "/proc/net/if_inet6",
];

export function readingOf(root: string): Reading {
  const used = attempt(null, () => readReport(root))?.storage?.folder;
  return { root, secretsFolders: [...new Set([DEFAULT_SECRETS_FOLDER, ...(used === undefined ? [] : [used])])] };
}

export function collectRecords(reading: Reading): Collection {
  const { root } = reading;
  return join([
    ...[RUN_FOLDER, STATE_FOLDER].flatMap((folder) => collectDocuments(folder, reading)),
    ...FILES.map((path) => collectFile(path, `files${path}`, reading)),
    collectListing(RUN_FOLDER, reading),
    // The kernel of whoever mounted an image says nothing of it.
    ...(root === "/" ? OF_KERNEL.map(collectKernelFile) : []),
  ]);
}

/** parbake's own, without what is in folders. */
function collectDocuments(folder: string, reading: Reading): Collection[] {
  const names = attempt([], () => readdirSync(joinPath(reading.root, folder)).toSorted());
  const documents = names.filter((name) => name.endsWith(".json")).map((name) => `${folder}/${name}`);
  return documents.map((path) => collectFile(path, `files${path}`, reading));
}

/** @param configFile absolute, as the caller sees it */
export function collectConfig(configFile: string, { root, secretsFolders }: Reading): Collection {
  const base = root.replace(/\/+$/, "");
  const reading = { root: "/", secretsFolders: secretsFolders.map((folder) => base + folder) };
  const folder = configFile.replace(/\/[^/]*$/, "");
  const main = collectFile(configFile, "config/parbake.yaml", reading);
  const text = main.entries[0]?.bytes.toString("utf8") ?? "";
  return join([
    main,
    collectTree(`${folder}/parbake.d`, "config/parbake.d", reading),
    collectTree(locateTemplates(text, folder, base), "config/templates", reading),
  ]);
}

/** By a look at the text: the config may be what is wrong. */
function locateTemplates(text: string, folder: string, base: string): string {
  const named = /^templates:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1] ?? "templates";
  return named.startsWith("/") ? base + named : `${folder}/${named}`;
}

/** A JSON document, or why there is none. */
export async function collectDocument(name: string, make: () => object | Promise<object>): Promise<Collection> {
  try {
    return textEntry(name, `${shownJson(await make(), 2)}\n`);
  } catch (error) {
    const failure = explainShortage(error);
    const why = failure instanceof Refusal ? failure.message : `a bug in parbake: ${describeBug(failure)}`;
    return { ...NOTHING, missing: [{ what: name, why }] };
  }
}

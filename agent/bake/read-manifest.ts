// Reads back what `seal` has left in the image. A boot takes the head of it, `status` what it says of files, and nobody the packages.
// Never writes.

import { dirname } from "node:path";
import { parseState } from "../apply/state/parse-state.ts";
import { parseTime } from "../apply/state/parse-time.ts";
import type { StateDocument } from "../apply/state/state-file.ts";
import type { JsonValue } from "../formats/json-value.ts";
import { errnoOf } from "../host/file-error.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { type Problem, Refusal } from "../refusal.ts";
import { HEAD_FILE, MANIFEST_FILE, type Baked, type BakedInput } from "./manifest.ts";

const MANIFEST: FileKind = {
  name: "the manifest of the bake",
  // Ten thousand packages have 1 MiB.
  mostBytes: 16 * 1024 * 1024,
  code: "data",
};

/** `none`: the image was never sealed. */
export function readBaked(root: string): StateDocument<Baked> {
  return readDocument(root, HEAD_FILE, parseBaked);
}

type BakedFiles = Baked & { readonly inputs: readonly BakedInput[]; readonly inputFolders: readonly string[] };

export function readBakedFiles(root: string): StateDocument<BakedFiles> {
  return readDocument(root, MANIFEST_FILE, (json) => ({
    ...parseBaked(json),
    inputs: json.get("inputs").items().map(parseInput),
    inputFolders: json
      .get("inputFolders")
      .items()
      .map((folder) => folder.path()),
  }));
}

/** What is said of one that can't be read: nothing depends on it but what is told of the image. */
export const UNREADABLE: Problem = {
  what: `${dirname(MANIFEST_FILE)} has no description of the image that this parbake reads, so nothing is known of it`,
  fix: `Bake the image anew with \`parbake seal\`, or remove ${HEAD_FILE} and ${MANIFEST_FILE}.`,
};

function readDocument<T>(root: string, path: string, parse: (json: JsonValue) => T): StateDocument<T> {
  const text = readText(root, path);
  if (text === null) return { kind: "none" };
  const document = parseState(text, parse);
  return document === null ? { kind: "unreadable" } : { kind: "read", document };
}

/** Null: there is none. What can't be read is no JSON, either. */
function readText(root: string, path: string): string | null {
  try {
    return readPlain(resolveInRoot(root, path), path, MANIFEST).bytes.toString("utf8");
  } catch (error) {
    if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
    return errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR" ? null : "";
  }
}

function parseBaked(json: JsonValue): Baked {
  const parbake = json.get("parbake");
  const textOrNull = (name: string): string | null => json.get(name).nullable((value) => value.text());
  return {
    bakedAt: parseTime(json.get("bakedAt")),
    baseImage: textOrNull("baseImage"),
    family: textOrNull("family"),
    sourceCommit: textOrNull("sourceCommit"),
    parbake: { version: parbake.get("version").text(), commit: parbake.get("commit").text() },
  };
}

function parseInput(json: JsonValue): BakedInput {
  return {
    kind: json.get("kind").choice(["config", "template", "unit", "program"]),
    path: json.get("path").path(),
    sizeBytes: json.get("sizeBytes").integer(0, Number.MAX_SAFE_INTEGER),
    sha256: json.get("sha256").word((text) => /^[0-9a-f]{64}$/.test(text), "a SHA-256 digest"),
  };
}

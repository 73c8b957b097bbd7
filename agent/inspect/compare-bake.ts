// The image that a machine started from, and what of it is different now: config, templates, units and parbake itself, by the digests
// that `seal` left. Reads the files of the manifest and nothing else. Never writes.

import { digestFile } from "../bake/digest-file.ts";
import { imageAgeMs } from "../bake/image-age.ts";
import type { Baked, BakedInput, InputKind } from "../bake/manifest.ts";
import { readBakedFiles, UNREADABLE } from "../bake/read-manifest.ts";
import { errnoOf } from "../host/file-error.ts";
import { listImageTree } from "../image/read-image-text.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { Report } from "../report/report.ts";

interface ImageDifference {
  readonly path: string;
  /** Null: a file that the manifest does not know. */
  readonly kind: InputKind | null;
  /** `unknown` where this user may not read it. */
  readonly difference: "changed" | "missing" | "added" | "unknown";
}

export interface ImageStatus extends Baked {
  readonly ageMs: number;
  /** By the last run; null: it did not ask IMDS. */
  readonly amiId: string | null;
  readonly differences: readonly ImageDifference[];
}

/** Null: the image was never sealed, or its manifest can't be read, which `problems` then hears. */
export function inspectImage(
  root: string,
  lastRun: Report | null,
  nowMs: number,
  problems: Problem[],
): ImageStatus | null {
  const read = readBakedFiles(root);
  if (read.kind === "unreadable") problems.push(UNREADABLE);
  if (read.kind !== "read") return null;
  const { inputs, inputFolders, ...baked } = read.document;
  const differences = [...inputs.flatMap((input) => compare(input, root)), ...listAdded(inputs, inputFolders, root)];
  return { ...baked, ageMs: imageAgeMs(baked, nowMs), amiId: lastRun?.image?.amiId ?? null, differences };
}

function compare({ kind, path, sizeBytes, sha256 }: BakedInput, root: string): ImageDifference[] {
  try {
    const now = digestFile(root, path);
    return now.sizeBytes === sizeBytes && now.sha256 === sha256 ? [] : [{ kind, path, difference: "changed" }];
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null && !(error instanceof Refusal)) throw error;
    return [{ kind, path, difference: errno === "ENOENT" || errno === "ENOTDIR" ? "missing" : "unknown" }];
  }
}

function listAdded(inputs: readonly BakedInput[], folders: readonly string[], root: string): ImageDifference[] {
  const known = new Set(inputs.map(({ path }) => path));
  return folders
    .flatMap((folder) => listImageTree(root, folder))
    .filter((path) => !known.has(path))
    .map((path) => ({ kind: null, path, difference: "added" }));
}

// What goes into the archive, and what could not. Pure.

import { hasRoom } from "./tar.ts";

export interface Collected {
  /** In the archive, below its one folder. */
  readonly name: string;
  readonly bytes: Buffer;
  /** From the root, without a slash in front; absent: it is no file of the machine's. */
  readonly path?: string;
}

export interface Missing {
  /** A path, or a command. */
  readonly what: string;
  /** As a part of a sentence. */
  readonly why: string;
}

export interface Collection {
  readonly entries: readonly Collected[];
  readonly missing: readonly Missing[];
}

export const NOTHING: Collection = { entries: [], missing: [] };

export function join(parts: readonly Collection[]): Collection {
  return { entries: parts.flatMap(({ entries }) => entries), missing: parts.flatMap(({ missing }) => missing) };
}

export function textEntry(name: string, text: string): Collection {
  return { ...NOTHING, entries: [{ name, bytes: Buffer.from(text) }] };
}

/** The one that the archive has. */
export const FOLDER = "parbake-logs";

/** Of everything: more than a bug report takes. */
const MOST_BYTES = 24 * 1024 * 1024;

/** Without what an archive has no room for. */
export function bound({ entries, missing }: Collection): Collection {
  let left = MOST_BYTES;
  const kept: Collected[] = [];
  const dropped: Missing[] = [];
  for (const entry of entries) {
    const { name, bytes } = entry;
    if (!hasRoom(`${FOLDER}/${name}`)) dropped.push({ what: name, why: "its name is too long for an archive" });
    else if ((left -= bytes.length) < 0) dropped.push({ what: name, why: "the archive would be too large" });
    else kept.push(entry);
  }
  return { entries: kept, missing: [...missing, ...dropped] };
}

// A package's header as rpm keeps it in its database. The form is that of rpm's manual, "Package file format", without the magic that a
// file has: two counts, an index of 16 bytes an entry, and the data it points into. All numbers are big-endian. Pure.

import type { Package } from "./package.ts";

const TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  arch: 1022,
  folderIndexes: 1116,
  fileNames: 1117,
  folders: 1118,
} as const;

const COUNTS_BYTES = 8;
const ENTRY_BYTES = 16;

/** The values of its tags; none of a tag that it lacks, or whose values are not where they should be. */
export interface RpmHeader {
  /** A byte a character: paths need not be UTF-8. */
  readonly textsOf: (tag: number) => readonly string[];
  readonly numbersOf: (tag: number) => readonly number[];
}

/** Null: this is no header. */
export function parseRpmHeader(blob: Uint8Array): RpmHeader | null {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  if (bytes.length < COUNTS_BYTES) return null;
  const dataAt = COUNTS_BYTES + bytes.readUInt32BE(0) * ENTRY_BYTES;
  if (dataAt + bytes.readUInt32BE(4) > bytes.length) return null;
  return {
    textsOf(tag) {
      const values = find(bytes, dataAt, tag);
      return values === null ? [] : readTexts(bytes, values);
    },
    numbersOf(tag) {
      const values = find(bytes, dataAt, tag);
      if (values === null || values.at + values.count * 4 > bytes.length) return [];
      return Array.from({ length: values.count }, (_, index) => bytes.readUInt32BE(values.at + index * 4));
    },
  };
}

/** Null: it lacks what every package has. */
export function readPackage({ textsOf, numbersOf }: RpmHeader): Package | null {
  const [[name], [version], [release]] = [textsOf(TAGS.name), textsOf(TAGS.version), textsOf(TAGS.release)];
  if (name === undefined || version === undefined || release === undefined) return null;
  const [epoch] = numbersOf(TAGS.epoch);
  const full = `${epoch === undefined ? "" : `${epoch}:`}${version}-${release}`;
  // Only imported keys have none.
  return { name, version: full, arch: textsOf(TAGS.arch)[0] ?? "noarch" };
}

/** The paths that the package brought, in the order in which other tags speak of its files. */
export function listFiles({ textsOf, numbersOf }: RpmHeader): string[] {
  const [folders, indexes] = [textsOf(TAGS.folders), numbersOf(TAGS.folderIndexes)];
  return textsOf(TAGS.fileNames).map((name, file) => `${folders[indexes[file] ?? 0] ?? ""}${name}`);
}

interface Values {
  readonly at: number;
  readonly count: number;
}

function find(bytes: Buffer, dataAt: number, tag: number): Values | null {
  for (let at = COUNTS_BYTES; at < dataAt; at += ENTRY_BYTES)
    if (bytes.readUInt32BE(at) === tag)
      return { at: dataAt + bytes.readUInt32BE(at + 8), count: bytes.readUInt32BE(at + 12) };
  return null;
}

function readTexts(bytes: Buffer, { at, count }: Values): string[] {
  const texts: string[] = [];
  let start = at;
  while (texts.length < count && start < bytes.length) {
    const end = bytes.indexOf(0, start);
    if (end === -1) break;
    texts.push(bytes.toString("latin1", start, end));
    start = end + 1;
  }
  return texts;
}

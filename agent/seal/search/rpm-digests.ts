// What the packages of Amazon Linux and its like brought, by the headers in RPM's database. None where there is none.
// https://rpm-software-management.github.io/rpm/manual/format_header.html

import { closeSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { attempt, type Digests } from "./digests.ts";
import { accessFile } from "./random-access.ts";
import { rowValues } from "./sqlite.ts";

const DATABASES = ["usr/lib/sysimage/rpm/rpmdb.sqlite", "var/lib/rpm/rpmdb.sqlite"];

const DISTRIBUTION = /^(?:Amazon|Red Hat|Fedora|CentOS|Rocky|AlmaLinux|Oracle|SUSE|openSUSE)\b/;

const TAG = {
  vendor: 1011,
  digests: 1035,
  folderIndexes: 1116,
  names: 1117,
  folders: 1118,
  algorithm: 5011,
} as const;

/** RFC 4880's numbers; a header without one means MD5. */
const ALGORITHMS: Readonly<Record<number, string>> = { 1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512" };

export function readRpm(root: string): Digests {
  const digests = new Map<string, string>();
  for (const database of DATABASES) {
    const fd = attempt(null, () => openSync(join(root, database), "r"));
    if (fd === null) continue;
    try {
      for (const values of rowValues(accessFile(fd, fstatSync(fd).size)))
        for (const value of values) if (isHeader(value)) addFiles(value, digests);
    } finally {
      closeSync(fd);
    }
  }
  return digests;
}

/** Two counts, an index of 16 bytes an entry, and the data. */
function isHeader(value: Buffer): boolean {
  return value.length > 24 && value.length === 8 + value.readUInt32BE(0) * 16 + value.readUInt32BE(4);
}

function addFiles(header: Buffer, digests: Map<string, string>): void {
  if (!DISTRIBUTION.test(textsOf(header, TAG.vendor)[0] ?? "")) return;
  const algorithm = ALGORITHMS[numbersOf(header, TAG.algorithm)[0] ?? 1] ?? "unknown";
  const [folders, indexes] = [textsOf(header, TAG.folders), numbersOf(header, TAG.folderIndexes)];
  const sums = textsOf(header, TAG.digests);
  textsOf(header, TAG.names).forEach((name, file) => {
    const path = `${folders[indexes[file] ?? 0] ?? ""}${name}`;
    // A folder or a symlink has none.
    if (sums[file]) digests.set(path.slice(1), `${algorithm}:${sums[file]}`);
  });
}

/** Where the data of a tag begin, and how many of them there are. */
function find(header: Buffer, tag: number): { at: number; count: number } | null {
  const entries = header.readUInt32BE(0);
  for (let entry = 0; entry < entries; entry++) {
    const at = 8 + entry * 16;
    if (header.readUInt32BE(at) === tag)
      return { at: 8 + entries * 16 + header.readUInt32BE(at + 8), count: header.readUInt32BE(at + 12) };
  }
  return null;
}

function textsOf(header: Buffer, tag: number): readonly string[] {
  const found = find(header, tag);
  if (found === null) return [];
  const texts: string[] = [];
  for (let at = found.at; texts.length < found.count && at < header.length;) {
    const end = header.indexOf(0, at);
    if (end < 0) break;
    texts.push(header.toString("latin1", at, end));
    at = end + 1;
  }
  return texts;
}

function numbersOf(header: Buffer, tag: number): readonly number[] {
  const found = find(header, tag);
  if (found === null || found.at + found.count * 4 > header.length) return [];
  return Array.from({ length: found.count }, (_, index) => header.readUInt32BE(found.at + index * 4));
}

// What the packages of Amazon Linux and its like brought, by the headers in RPM's database. None where there is none.

import { attempt } from "../../host/attempt.ts";
import { findRpmDatabase, readRpmHeaders } from "../../image/rpm-database.ts";
import { listFiles, type RpmHeader } from "../../image/rpm-header.ts";
import type { Digests } from "./digests.ts";

const DISTRIBUTION = /^(?:Amazon|Red Hat|Fedora|CentOS|Rocky|AlmaLinux|Oracle|SUSE|openSUSE)\b/;

const TAG = {
  vendor: 1011,
  digests: 1035,
  algorithm: 5011,
} as const;

/** RFC 4880's numbers; a header without one means MD5. */
const ALGORITHMS: Readonly<Record<number, string>> = { 1: "md5", 2: "sha1", 8: "sha256", 9: "sha384", 10: "sha512" };

export function readRpm(root: string): Digests {
  const digests = new Map<string, string>();
  const database = findRpmDatabase(root);
  if (database === null) return digests;
  attempt(undefined, () => {
    for (const header of readRpmHeaders(database)) if (header !== null) addFiles(header, digests);
  });
  return digests;
}

function addFiles(header: RpmHeader, digests: Map<string, string>): void {
  const { textsOf, numbersOf } = header;
  if (!DISTRIBUTION.test(textsOf(TAG.vendor)[0] ?? "")) return;
  const algorithm = ALGORITHMS[numbersOf(TAG.algorithm)[0] ?? 1] ?? "unknown";
  const sums = textsOf(TAG.digests);
  listFiles(header).forEach((path, file) => {
    // A folder or a symlink has none.
    if (sums[file]) digests.set(path.slice(1), `${algorithm}:${sums[file]}`);
  });
}

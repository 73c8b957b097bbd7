// What Debian's and Ubuntu's packages brought, by dpkg's own records. None where there is no dpkg.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../host/attempt.ts";
import { readField, splitStanzas } from "../../image/parse-dpkg-status.ts";
import type { Digests } from "./digests.ts";

const DPKG = "var/lib/dpkg";

const DISTRIBUTION = /@(?:[\w-]+\.)*(?:debian\.org|debian\.net|ubuntu\.com|canonical\.com)>/;

export function readDpkg(root: string): Digests {
  const digests = new Map<string, string>();
  const believed = new Set<string>();
  for (const stanza of splitStanzas(attempt("", () => readFileSync(join(root, DPKG, "status"), "latin1")))) {
    const [name, maintainer] = [readField(stanza, "Package"), readField(stanza, "Maintainer")];
    if (name === null || !DISTRIBUTION.test(maintainer ?? "")) continue;
    believed.add(name);
    // Of its conffiles.
    for (const [, path, digest] of stanza.matchAll(/^ \/(\S+) ([0-9a-f]{32})/gm)) digests.set(path!, `md5:${digest}`);
  }
  for (const file of attempt([], () => readdirSync(join(root, DPKG, "info")))) {
    // `libc6:amd64.md5sums`
    const [, name = ""] = /^(.+?)(?::\w+)?\.md5sums$/.exec(file) ?? [];
    if (!believed.has(name)) continue;
    const sums = attempt("", () => readFileSync(join(root, DPKG, "info", file), "latin1"));
    for (const [, digest, path] of sums.matchAll(/^([0-9a-f]{32}) [ *](.+)$/gm)) digests.set(path!, `md5:${digest}`);
  }
  return digests;
}

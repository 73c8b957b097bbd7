// A mounted image's apt sources for the apt of this machine, which would look for the keys that they name at home. Copies them, with
// the image in front of each key's path.

import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { listImageFolder, readImageText } from "../image/read-image-text.ts";

const FILE = "/etc/apt/sources.list";
const FOLDER = "/etc/apt/sources.list.d";

/** @returns the settings of apt.conf(5) that lead to the copies */
export function copyAptSources(root: string, folder: string): Readonly<Record<string, string>> {
  const parts = listImageFolder(root, FOLDER).filter((name) => /\.(?:list|sources)$/.test(name));
  const copies = join(folder, "sources.list.d");
  mkdirSync(copies, { recursive: true });
  for (const [path, copy] of [
    [FILE, join(folder, "sources.list")],
    ...parts.map((name) => [`${FOLDER}/${name}`, join(copies, basename(name))] as const),
  ] as const)
    writeFileSync(copy, withKeysOf(resolve(root), readImageText(root, path) ?? ""));
  return { "Dir::Etc::sourcelist": join(folder, "sources.list"), "Dir::Etc::sourceparts": copies };
}

/** sources.list(5): `[signed-by=/usr/share/keyrings/a.gpg,/…]` on a line, `Signed-By: /…` in a stanza, which may hold the key itself. */
function withKeysOf(root: string, text: string): string {
  return text.replaceAll(
    /(signed-by[ \t]*[=:])([^\]\n]*)/gi,
    (_, name: string, keys: string) => name + keys.replaceAll(/(^|[\s,])\//g, `$1${root}/`),
  );
}

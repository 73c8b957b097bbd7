// The images of test/images as trees: small enough to be read, with all that `init` looks at.

import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { makeScratch, type Scratch } from "./scratch.ts";

export const IMAGES = join(import.meta.dirname, "../../images");

/** By path: `folder`, `program`, `empty`, `-> where a symlink leads`, or the text of a file. */
type Entries = Readonly<Record<string, string>>;

export function makeSmallImage(name: string): Scratch {
  return makeTree(parse(readFileSync(join(IMAGES, name, "image.yaml"), "utf8")) as Entries);
}

export function makeTree(entries: Entries): Scratch {
  const image = makeScratch();
  for (const [path, what] of Object.entries(entries)) makeEntry(image, path, what);
  return image;
}

function makeEntry({ path: locate, write }: Scratch, path: string, what: string): void {
  mkdirSync(locate(what === "folder" ? path : dirname(path)), { recursive: true, mode: 0o755 });
  if (what.startsWith("-> ")) symlinkSync(what.slice(3), locate(path));
  else if (what === "program" || what === "empty") write(path, "", what === "program" ? 0o755 : 0o644);
  else if (what !== "folder") write(path, what);
}

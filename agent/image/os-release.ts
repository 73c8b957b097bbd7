// Which distribution an image is of, by its os-release(5). Never writes.

import { readImageText } from "./read-image-text.ts";

export interface OsRelease {
  /** `debian`, `ubuntu`, `amzn`; `linux` where nothing says it. */
  readonly id: string;
  /** Distributions that this one derives from, the closest first. */
  readonly like: readonly string[];
  /** `12`, `24.04`, `2023`; null: a rolling one, or not said. */
  readonly version: string | null;
  /** For people: `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
}

/** @param root `/`, or the folder that a machine's file system is mounted on */
export function readOsRelease(root: string): OsRelease {
  return parseOsRelease(readImageText(root, "/etc/os-release") ?? readImageText(root, "/usr/lib/os-release") ?? "");
}

export function parseOsRelease(text: string): OsRelease {
  const values = new Map(text.split("\n").flatMap(parseAssignment));
  const id = values.get("ID") ?? "linux";
  return {
    id,
    like: (values.get("ID_LIKE") ?? "").split(" ").filter((word) => word !== ""),
    version: values.get("VERSION_ID") ?? null,
    name: values.get("PRETTY_NAME") ?? values.get("NAME") ?? id,
  };
}

/** As a shell takes an assignment of one word. Without what says nothing: an empty value counts as none. */
function parseAssignment(line: string): [name: string, value: string][] {
  const [, name, quote, quoted, plain] = /^\s*([A-Z_0-9]+)=(?:(["'])(.*)\2|(\S*))\s*$/.exec(line) ?? [];
  const value = quote === '"' ? quoted?.replaceAll(/\\(["$`\\])/g, "$1") : (quoted ?? plain);
  return name === undefined || value === undefined || value === "" ? [] : [[name, value]];
}

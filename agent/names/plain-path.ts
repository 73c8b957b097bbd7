// Normalised paths: no `.`, no `..`, no empty part, no control and no invisible character. Pure.

import { nameInvisible } from "./invisible.ts";

/** NAME_MAX and PATH_MAX of Linux, the latter less the NUL. */
const MOST_NAME_BYTES = 255;
const MOST_PATH_BYTES = 4095;

/** What every plain path looks like. The functions below also know lengths and characters that nobody sees. */
export const PLAIN_ABSOLUTE = /^(?:\/(?!\.{1,2}(?:\/|$))[^/]+)+$/;
export const PLAIN_RELATIVE = /^(?!\.{1,2}(?:\/|$))[^/]+(?:\/(?!\.{1,2}(?:\/|$))[^/]+)*$/;

/** A path to something below `/`. */
export function isAbsolutePath(path: string): boolean {
  return flawOfAbsolute(path) === null;
}

/** A path below a folder, which it does not climb out of. */
export function isRelativePath(path: string): boolean {
  return flawOfRelative(path) === null;
}

/** What is wrong with it, to follow the path itself; null: nothing. */
export function flawOfAbsolute(path: string): string | null {
  if (!path.startsWith("/")) return "is not absolute";
  if (path === "/") return "is the root itself";
  return (
    flawOfNames(path.slice(1)) ?? (lengthOf(path) > MOST_PATH_BYTES ? `is over ${MOST_PATH_BYTES} bytes long` : null)
  );
}

export function flawOfRelative(path: string): string | null {
  if (path.startsWith("/")) return "is absolute";
  return flawOfNames(path);
}

function flawOfNames(path: string): string | null {
  const flaw = /^[ -~]*$/.test(path) ? null : flawOfCharacters(path);
  if (flaw !== null) return flaw;
  const names = path.split("/");
  if (names.at(-1) === "") return names.length === 1 ? "is empty" : "ends with /";
  const climbing = names.find((name) => name === "" || name === "." || name === "..");
  if (climbing !== undefined) return `has ${climbing === "" ? "//" : climbing} in it`;
  return names.some((name) => lengthOf(name) > MOST_NAME_BYTES)
    ? `has a name over ${MOST_NAME_BYTES} bytes in it`
    : null;
}

function flawOfCharacters(path: string): string | null {
  if (/\p{Cc}/u.test(path)) return "has a control character in it";
  if (!path.isWellFormed()) return "is no text";
  const invisible = nameInvisible(path);
  return invisible === null ? null : `has an invisible character in it, ${invisible}`;
}

function lengthOf(text: string): number {
  // No character takes more than three bytes for each of its UTF-16 units.
  return text.length * 3 <= MOST_NAME_BYTES ? text.length : new TextEncoder().encode(text).length;
}

/** Whether the path lies in the folder or in a folder of it. A path with `..` in it is below nothing. */
export function isBelow(folder: string, path: string): boolean {
  return path.startsWith(`${folder.replace(/\/+$/, "")}/`) && !path.split("/").includes("..");
}

/** Whether it is the folder or lies below it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || isBelow(folder, path);
}

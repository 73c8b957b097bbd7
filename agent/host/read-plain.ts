// Reads a whole plain file. Never waits for the other end of a pipe, never reads a device, never takes in more than its kind of
// file can have, and never follows a symlink that is the path's last name.

import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { Refusal, type Problem, type RefusalCode } from "../refusal.ts";
import { formatBytes } from "../size.ts";

/** What a file is for, and so what it may be. */
export interface FileKind {
  /** As a sentence begins with it: `the config`. */
  readonly name: string;
  readonly mostBytes: number;
  /** For one that is no plain file, or too large. */
  readonly code: RefusalCode;
}

interface PlainFile {
  readonly bytes: Buffer;
  /** Of the descriptor that was read. */
  readonly stats: Stats;
}

/**
 * @param shownPath what a person calls it
 * @throws Refusal of the kind's code where it is no plain file or too large; the system's own error where it can't be opened
 */
export function readPlain(path: string, shownPath: string, kind: FileKind): PlainFile {
  // Without O_NONBLOCK the open of a FIFO would wait for its writer.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw notPlain(shownPath, kind, describeKind(stats));
    if (stats.size > kind.mostBytes) throw tooLarge(shownPath, kind, stats.size);
    return { bytes: readWhole(fd, stats.size, () => changing(shownPath, kind)), stats };
  } finally {
    closeSync(fd);
  }
}

/** `a folder`, `a FIFO`: what it is instead of a plain file. */
function describeKind(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a FIFO";
  if (stats.isSocket()) return "a socket";
  return stats.isSymbolicLink() ? "a symlink" : "a device";
}

function notPlain(file: string, { name, code }: FileKind, what: string): Refusal {
  return new Refusal(code, { ...describeNotPlain(name, what), at: { file } });
}

export function describeNotPlain(name: string, what: string): Pick<Problem, "what" | "fix"> {
  return {
    what: `${name} is ${what}, and a plain file was expected`,
    fix: "Name a plain file: parbake waits for no writer, and reads nothing that may have no end.",
  };
}

// One byte more than it should have, so that one that grows is seen.
function readWhole(fd: number, sizeBytes: number, changed: () => Refusal): Buffer {
  const buffer = Buffer.allocUnsafeSlow(sizeBytes + 1);
  let length = 0;
  let got: number;
  do {
    got = readSync(fd, buffer, length, buffer.length - length, null);
    length += got;
  } while (got > 0 && length < sizeBytes);
  if (length > sizeBytes) throw changed();
  return buffer.subarray(0, length);
}

function tooLarge(file: string, { name, code, mostBytes }: FileKind, sizeBytes: number): Refusal {
  const what = `${name} has ${formatBytes(sizeBytes)}, and ${formatBytes(mostBytes)} is the most that it may have`;
  return new Refusal(code, { what, fix: "Name the right file, or make it smaller.", at: { file } });
}

function changing(file: string, { name, code }: FileKind): Refusal {
  const fix = "Let the program that writes it finish, and try again.";
  return new Refusal(code, { what: `${name} grows while it is read`, fix, at: { file } });
}

// Whether this machine can run a program of an image at all: another CPU's needs an emulator that the kernel knows. Reads the
// program's head, a script's interpreter's, and the kernel's list of emulators.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../attempt.ts";
import { ARM64, architectureOf, nameArchitecture, X86, X86_64 } from "../elf.ts";
import { readFirstBytes } from "../read-first-bytes.ts";
import { resolveInRoot } from "../resolve-in-root.ts";
import { findEmulator } from "./find-emulator.ts";

const EMULATORS_FOLDER = "/proc/sys/fs/binfmt_misc";

/** As many interpreters of interpreters as the kernel follows. */
const MOST_SCRIPTS = 4;

/** Why not, to follow `not validated: `; null: it can, or what stands in the way is better told by the attempt. */
export function explainForeign(root: string, program: string, own: string = process.arch): string | null {
  const found = findBinary(root, program);
  const machine = found === null ? null : architectureOf(found.head);
  if (found === null || machine === null || ownMachines(own).includes(machine)) return null;
  const emulator = findEmulator(found.head, readEmulators());
  const [theirs, ours] = [nameArchitecture(machine), nameArchitecture(ownMachines(own)[0] ?? 0)];
  const about = `${found.path} is a program for ${theirs}, and this machine runs ${ours}`;
  if (emulator === null) return `${about}: no emulator for it is registered (install qemu-user-static)`;
  // Without the flag F the kernel looks for the emulator where the program looks for everything: in the image.
  if (emulator.isHeldOpen || isThere(resolveInRoot(root, emulator.interpreter))) return null;
  return `${about}: its emulator ${emulator.interpreter} is registered without the flag F, and not in the image`;
}

// Linux on x64 runs 32-bit programs, too; on arm64 only some CPUs do.
function ownMachines(arch: string): readonly number[] {
  return arch === "arm64" ? [ARM64] : [X86_64, X86];
}

interface Binary {
  readonly path: string;
  readonly head: Buffer;
}

/** The program itself, or what interprets the script that it is. Null: there is none. */
function findBinary(root: string, program: string): Binary | null {
  let path = program;
  for (let depth = 0; depth <= MOST_SCRIPTS; depth++) {
    const head = readFirstBytes(resolveInRoot(root, path));
    const interpreter = head === null ? undefined : /^#![ \t]*(\/[^ \t\n]*)/.exec(head.toString("latin1"))?.[1];
    if (head === null) return null;
    if (interpreter === undefined) return { path, head };
    path = interpreter;
  }
  return null;
}

// Not mounted, or not ours to read: the kernel has none for us.
function readEmulators(): string[] {
  return attempt([], () => {
    const names = readdirSync(EMULATORS_FOLDER).filter((name) => name !== "register" && name !== "status");
    return names.map((name) => readFileSync(join(EMULATORS_FOLDER, name), "utf8"));
  });
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

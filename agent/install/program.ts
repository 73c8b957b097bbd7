// The program that is installed, and whether the image's machine can run it. Never runs it: it may be for another architecture.

import { realpathSync } from "node:fs";
import { join } from "node:path";
import { isSea } from "node:sea";
import { architectureOf, nameArchitecture } from "../host/elf.ts";
import { errnoOf } from "../host/file-error.ts";
import { readFirstBytes } from "../host/read-first-bytes.ts";
import { readPlain, type FileKind } from "../host/read-plain.ts";
import { locateInRoot } from "../host/resolve-in-root.ts";
import { Refusal } from "../refusal.ts";

const BINARY: FileKind = {
  name: "the binary",
  // Some times what parbake has.
  mostBytes: 1024 ** 3,
  code: "usage",
};

/** @param file null: the one that runs. @throws Refusal where there is none */
export function readProgram(file: string | null): Buffer {
  const path = file ?? runningProgram();
  try {
    const { bytes } = readPlain(realpathSync(path), path, BINARY);
    if (isProgram(bytes)) return bytes;
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    const fix = "Build it (npm run build), or name it with --binary.";
    throw new Refusal(
      "usage",
      { what: `the binary ${path} does not exist, or may not be read`, fix },
      { cause: error },
    );
  }
  throw new Refusal("usage", { what: `${path} is not a program`, fix: "Name parbake's own executable with --binary." });
}

function runningProgram(): string {
  if (isSea()) return process.execPath;
  const what = "parbake runs from its source, which cannot be installed";
  throw new Refusal("usage", { what, fix: "Build it (npm run build), and name it: --binary dist/parbake." });
}

/** Whether the kernel could run it: ELF, or a script that names its interpreter. */
function isProgram(bytes: Buffer): boolean {
  return architectureOf(bytes) !== null || bytes.toString("latin1", 0, 2) === "#!";
}

/** Programs that an image has, whatever else is in it. */
const USUAL = ["/bin/sh", "/usr/bin/env", "/bin/busybox", "/usr/lib/systemd/systemd"];

/** @throws Refusal where the image's own programs are for another machine */
export function refuseForeign(root: string, program: Buffer): void {
  const machine = architectureOf(program);
  const heads = USUAL.map((path) => readFirstBytes(join(root, locateInRoot(root, path))));
  const [theirs] = heads.flatMap((head) => (head === null ? [] : (architectureOf(head) ?? [])));
  if (machine === null || theirs === undefined || machine === theirs) return;
  throw new Refusal("usage", {
    what: `the binary is for ${nameArchitecture(machine)}, and the programs of the image are for ${nameArchitecture(theirs)}`,
    fix: "Name the parbake of that architecture with --binary.",
  });
}

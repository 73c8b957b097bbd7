// Runs the Node of an architecture that this machine isn't, by qemu-user, so that a V8 snapshot is made for it too. Decides
// which CPU is emulated, and says why where that cannot be done; it never installs anything.

import { accessSync, constants, existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Architecture } from "./build-pinned-node.ts";

interface Emulation {
  readonly program: string;
  /**
   * The oldest CPU of that architecture on EC2. A snapshot holds bytecode and no machine code, so the CPU should not matter;
   * with this one nothing that a later V8 writes down of the CPU at the build can be missing at the start.
   */
  readonly cpu: string;
  /** Where Debian's cross packages put the C libraries, and what Node needs of them. */
  readonly libraries: string;
  readonly needed: readonly string[];
  /** Debian's packages of all that, for the reader of a message. */
  readonly packages: string;
}

const EMULATIONS: Readonly<Partial<Record<Architecture, Emulation>>> = {
  // Graviton (1) is a Cortex-A72: ARMv8.0, without the atomics (LSE) of Graviton2 and later.
  arm64: {
    program: "qemu-aarch64-static",
    cpu: "cortex-a72",
    libraries: "/usr/aarch64-linux-gnu",
    needed: ["lib/ld-linux-aarch64.so.1", "lib/libstdc++.so.6"],
    packages: "qemu-user-static, libc6-arm64-cross and libstdc++6-arm64-cross",
  },
};

/** What runs Node of that architecture; `command` is empty on a machine of its own. */
export type Runner = { readonly command: readonly string[] } | { readonly obstacle: string };

export function findRunner(
  architecture: Architecture,
  { PATH = "", QEMU_LD_PREFIX }: NodeJS.ProcessEnv = process.env,
): Runner {
  if (architecture === process.arch) return { command: [] };
  const emulation = EMULATIONS[architecture];
  if (!emulation) return { obstacle: `nothing emulates ${architecture} here` };
  const program = PATH.split(delimiter)
    .map((folder) => join(folder, emulation.program))
    .find(isProgram);
  if (program === undefined)
    return { obstacle: `no ${emulation.program} on this machine (Debian: ${emulation.packages})` };
  const libraries = QEMU_LD_PREFIX ?? emulation.libraries;
  if (!emulation.needed.every((name) => existsSync(join(libraries, name))))
    return { obstacle: `no ${architecture} libraries in ${libraries} (Debian: ${emulation.packages})` };
  return { command: [program, "-cpu", emulation.cpu, "-L", libraries] };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The deadline of the run in agent/warm/warm.ts, which the build waits for; emulated, all takes some ten times as long. */
const EMULATED_WARM_MS = 30_000;

/** A script that is to whoever starts it that Node itself. */
export function writeLauncher(command: readonly string[], node: string, path: string): string {
  const words = [...command, node].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  writeFileSync(path, `#!/bin/sh\nPARBAKE_WARM_MS=${EMULATED_WARM_MS} exec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
  return path;
}

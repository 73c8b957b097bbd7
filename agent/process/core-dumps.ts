// No dump of a process that holds secrets: neither of its memory nor of its registers.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

/**
 * With this limit the kernel writes no file, for it is less than a page, and starts no program that would take the dump
 * (linux, fs/coredump.c); with 0 it starts it all the same.
 */
const NO_DUMP_BYTES = 1;

const PRLIMIT = "/usr/bin/prlimit";

/** Some milliseconds, and only where the caller's limit lets a dump be: the units have this limit. */
export function forbidCoreDumps(): void {
  emptyCoreDumps();
  if (!mayDump()) return;
  // setrlimit(2) is not in Node. Where there is no prlimit, a dump has the registers, and no memory.
  const limit = `--core=${NO_DUMP_BYTES}:${NO_DUMP_BYTES}`;
  spawnSync(PRLIMIT, [`--pid=${process.pid}`, limit], { env: {}, stdio: "ignore", timeout: 2_000 });
}

// core(5): a dump of this process, or of a program that it starts, has none of its memory in it, whatever the limits are and
// whoever takes it. It has the registers, in which up to 64 bytes are of what was copied last.
function emptyCoreDumps(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // No /proc, or one that may not be written: a container.
  }
}

function mayDump(): boolean {
  try {
    const [, limit] = /^Max core file size +(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    return limit !== undefined && (limit === "unlimited" || Number(limit) > NO_DUMP_BYTES);
  } catch {
    return false;
  }
}

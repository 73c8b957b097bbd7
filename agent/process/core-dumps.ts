// Forbids core dumps of a process that holds secrets: of its memory and of its registers.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

/**
 * With this limit the kernel writes no file, for it is less than a page, and starts no handler that would take the dump
 * (linux, fs/coredump.c). With 0 it starts the handler all the same.
 */
const NO_DUMP_BYTES = 1;

const PRLIMIT = "/usr/bin/prlimit";

/** Takes some milliseconds if the caller's limit allows a dump; the units set the limit, so that a boot does not. */
export function forbidCoreDumps(): void {
  emptyCoreDumps();
  if (!mayDump()) return;
  // Node has no setrlimit(2). Without prlimit, a dump has the registers but no memory.
  const limit = `--core=${NO_DUMP_BYTES}:${NO_DUMP_BYTES}`;
  spawnSync(PRLIMIT, [`--pid=${process.pid}`, limit], { env: {}, stdio: "ignore", timeout: 2_000 });
}

// core(5): no dump of this process, or of a program that it starts, then holds any of its memory, whatever the limits and whoever
// takes the dump. It still holds the registers, with up to 64 bytes of what was copied last.
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

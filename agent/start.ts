// How the process begins and ends: at once, or out of V8's start-up snapshot; with main's last word, not when the last socket
// closes. The only file that calls process.exit, because idle keep-alive sockets would hold the process for seconds.

import { writeFileSync } from "node:fs";
import { setFlagsFromString, startupSnapshot } from "node:v8";
import { Output } from "./output.ts";
import { EXIT_STATUS } from "./refusal.ts";
import { NO_REHASH, V8_FLAGS } from "./v8-flags.ts";

export type Main = (argv: string[], out: Output, err: Output) => Promise<number>;

/** @param warm runs once, while the snapshot is built, so that the functions it calls are in it compiled */
export function startMain(main: Main, warm: () => Promise<void>): void {
  if (!startupSnapshot.isBuildingSnapshot()) {
    void runToEnd(main);
    return;
  }
  for (const flag of V8_FLAGS) setFlagsFromString(flag);
  startupSnapshot.setDeserializeMainFunction(() => {
    setFlagsFromString(NO_REHASH.afterwards);
    void runToEnd(main);
  });
  void warm();
}

async function runToEnd(main: Main): Promise<void> {
  const [out, err] = [new Output(1), new Output(2)];
  emptyCoreDumps();
  process.on("uncaughtException", (error) => {
    err.write(`parbake: a bug of parbake's: ${describeBug(error)}\n`);
    process.exit(EXIT_STATUS.bug);
  });
  const status = await main(process.argv.slice(2), out, err);
  process.exit((out.isLost || err.isLost) && status === 0 ? EXIT_STATUS["cannot-write"] : status);
}

// core(5): a dump of this process, or of a program that it starts, has none of its memory in it, whatever the limits are and
// whoever takes it. Where the kernel has no such switch, LimitCORE=0 of the unit is what remains.
function emptyCoreDumps(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // No /proc, or one that may not be written: a container.
  }
}

/** The name of an unforeseen error and where it was thrown. Its message is left out: it may quote anything, a secret too. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const name = /^\w+$/.test(error.name) ? error.name : "Error";
  return [name, ...lastFrames(error.stack ?? "")].join("\n");
}

// V8's own lines alone, which stand at the end: a message of many lines may have some that begin like them.
function lastFrames(stack: string): string[] {
  const lines = stack.split("\n");
  return lines.slice(lines.findLastIndex((line) => !FRAME.test(line)) + 1);
}

const FRAME = /^ {4}at (?:[^()]+ \()?(?:(?:node:|file:|\/)[\w./@%-]*:\d+:\d+|<anonymous>|native)\)?$/;

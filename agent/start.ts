// How the process begins and ends: at once, or out of V8's start-up snapshot; never before its output has been taken.
// The only file that calls process.exit, because idle keep-alive sockets would hold the process for seconds.

import { setFlagsFromString, startupSnapshot } from "node:v8";
import { EXIT_STATUS } from "./refusal.ts";
import { NO_REHASH, V8_FLAGS } from "./v8-flags.ts";

/** @param warm runs once, while the snapshot is built, so that the functions it calls are in it compiled */
export function startMain(main: (argv: string[]) => Promise<number>, warm: () => Promise<void>): void {
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

async function runToEnd(main: (argv: string[]) => Promise<number>): Promise<void> {
  process.on("uncaughtException", dieOfBug);
  const outputs = [watchOutput(process.stdout), watchOutput(process.stderr)];
  const status = await main(process.argv.slice(2));
  await Promise.all(outputs.map((output) => output.drain()));
  // An error of the last write is told one turn later.
  await new Promise((resume) => setImmediate(resume));
  const isLost = outputs.some((output) => output.isLost());
  process.exit(isLost && status === 0 ? EXIT_STATUS["cannot-write"] : status);
}

interface Output {
  /** Resolves once the other side has taken everything, or can't any more. */
  drain(): Promise<void>;
  /** Whether something went nowhere that somebody still wants: a full disk, not a pipe that its reader has closed. */
  isLost(): boolean;
}

// A reader that has seen enough (`| head`) must not end a run half-way: the run goes on and its words are dropped.
function watchOutput(stream: NodeJS.WriteStream): Output {
  let isLost = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") isLost = true;
  });
  return {
    drain: async () => {
      if (stream.writableLength === 0 || stream.destroyed) return;
      await new Promise<void>((resolve) => {
        stream.once("close", resolve);
        stream.write("", () => resolve());
      });
    },
    isLost: () => isLost,
  };
}

function dieOfBug(error: unknown): void {
  process.stderr.write(`parbake: a bug of parbake's: ${describeBug(error)}\n`, () => process.exit(EXIT_STATUS.bug));
}

/** The name of an unforeseen error and where it was thrown. Its message is left out: it may quote anything, a secret too. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames].join("\n");
}

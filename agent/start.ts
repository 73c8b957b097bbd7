// How the process begins and ends: at once, or out of V8's start-up snapshot; with main's last word, not when the last socket
// closes. The only file that calls process.exit, because idle keep-alive sockets would hold the process for seconds.

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
  process.on("uncaughtException", (error) => {
    err.write(`parbake: a bug of parbake's: ${describeBug(error)}\n`);
    process.exit(EXIT_STATUS.bug);
  });
  const status = await main(process.argv.slice(2), out, err);
  process.exit((out.isLost || err.isLost) && status === 0 ? EXIT_STATUS["cannot-write"] : status);
}

/** The name of an unforeseen error and where it was thrown. Its message is left out: it may quote anything, a secret too. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames].join("\n");
}

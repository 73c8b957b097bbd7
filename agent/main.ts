// Wires the real world in.

import { isErrorApart } from "./process/journal-stream.ts";
import { startMain } from "./process/start.ts";
import { run } from "./run.ts";
import { warm } from "./warm/warm.ts";

startMain(
  (argv, out, err, { stop, environment, setEnd }) =>
    run(argv, {
      environment,
      stop,
      setEnd,
      writeOut: (text) => out.write(text),
      writeBytes: (bytes) => out.write(bytes),
      writeError: (text) => err.write(text.endsWith("\n") ? text : `${text}\n`),
      rewrite: (text) => err.write(text),
      isTerminalOut: out.isTerminal,
      readColumns: () => out.readColumns(),
      page: async (pager, text) => (await import("./process/pager.ts")).runPager(pager, text, environment, stop),
      isTerminalError: err.isTerminal,
      isErrorApart: () => isErrorApart(environment),
    }),
  warm,
);

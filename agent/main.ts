// Wires the real world in.

import { run } from "./run.ts";
import { startMain } from "./start.ts";
import { warm } from "./warm.ts";

startMain(
  (argv) =>
    run(argv, {
      environment: process.env,
      writeOut: (text) => void process.stdout.write(text),
      writeError: (text) => void process.stderr.write(text.endsWith("\n") ? text : `${text}\n`),
      isTerminalOut: process.stdout.isTTY,
      isTerminalError: process.stderr.isTTY,
    }),
  warm,
);

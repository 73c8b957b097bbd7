import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Machine } from "../../e2e/support/machine.ts";
import type { Programs } from "./open-programs.ts";
import type { RealProgram } from "./program.ts";
import { type Tuned, textOf } from "./tune.ts";

/** V8's limit is the old space and three semi-spaces. */
const SEMI_SPACES = 3;
const MIB = 2 ** 20;

// Keeps every thread of the pool busy at once, then counts all threads.
const PROGRAM = `
const { readdirSync } = require("node:fs");
const { pbkdf2 } = require("node:crypto");
for (let task = 0; task < 1100; task++) pbkdf2("", "", 1000, 1, "sha1", () => {});
setImmediate(() => {
  const threads = readdirSync("/proc/self/task").length;
  const limitBytes = require("node:v8").getHeapStatistics().heap_size_limit;
  console.log(JSON.stringify({ threads, limitBytes }));
  process.exit();
});
`;

/** Its own semi-space is of 16 MiB. */
export const debianNode: RealProgram = {
  title: "Node.js 18 (v8.getHeapStatistics)",
  profile: "node",
  ask: ({ machine }, tuned) => askNode(machine, "node", tuned),
};

/** The one that parbake is built with: its own semi-space is of 64 MiB. */
export const pinnedNode: RealProgram = {
  title: `Node.js ${process.versions.node.split(".")[0]} (v8.getHeapStatistics)`,
  profile: "node",
  ask: async (programs, tuned) => askNode(programs.machine, await copyPinned(programs), tuned),
};

async function copyPinned({ root }: Programs): Promise<string> {
  const path = "/srv/node";
  await copyFile(process.execPath, join(root, path));
  return path;
}

async function askNode(machine: Machine, program: string, tuned: Tuned) {
  const pool = Number(textOf(tuned, "threadpoolSize"));
  const { threads, limitBytes } = await measure(machine, [program], tuned, pool);
  // A second run, with one thread and a semi-space that is known, tells them apart from all the rest.
  const other = await measure(machine, [program, "--max-semi-space-size=1"], tuned, 1);
  const oldBytes = other.limitBytes - SEMI_SPACES * MIB;
  return {
    said: {
      maxOldSpaceSize: oldBytes,
      maxSemiSpaceSize: (limitBytes - oldBytes) / SEMI_SPACES,
      threadpoolSize: threads - other.threads + 1,
    },
    unsaid: { workers: "the application starts them", options: "what is given to it: all that V8 has to know" },
  };
}

async function measure(machine: Machine, argv: readonly string[], tuned: Tuned, pool: number) {
  const environment = [`NODE_OPTIONS=${textOf(tuned, "options")}`, `UV_THREADPOOL_SIZE=${pool}`];
  const answer = await machine.run(["env", ...environment, ...argv, "--eval", PROGRAM]);
  return JSON.parse(answer) as { threads: number; limitBytes: number };
}

// A cluster of Node.js: every worker has its old space full and its thread pool busy, all at the same time.

import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MIB } from "../../agent/size.ts";
import { waitUntil } from "../../test/e2e/support/command.ts";
import type { Programs } from "../../test/real/support/open-programs.ts";
import { withService } from "../../test/real/support/service.ts";
import { numberOf, type Tuned, textOf } from "../../test/real/support/tune.ts";
import { atEachShare } from "./load.ts";

/** Of the old space: V8 ends a process that has no room to collect. */
const FULL = 0.92;

const PROGRAM = `
const cluster = require("node:cluster");
if (cluster.isPrimary) {
  for (let worker = 0; worker < Number(process.env.WEB_CONCURRENCY); worker++) cluster.fork();
  cluster.on("exit", () => process.exit(1));
} else {
  const most = Number(process.env.OLD_SPACE_BYTES) * ${FULL};
  const held = [];
  while (process.memoryUsage().heapUsed < most) held.push(new Array(100_000).fill(Math.random()));
  for (let task = 0; task < 64; task++)
    require("node:crypto").pbkdf2("", "", 100_000, 64, "sha512", () => held.push(Buffer.alloc(1000)));
  require("node:fs").writeFileSync("/srv/full-" + process.pid, "");
  setInterval(() => held.length, 1000);
}
`;

const FILL_MS = 150_000;
const SETTLE_MS = 3000;

export const nodeLoads = atEachShare({
  title: "Node.js 18",
  profile: "node",
  options: ["cluster=true"],
  processes: ["node"],
  run,
});

async function run({ machine, root }: Programs, tuned: Tuned): Promise<string> {
  await writeFile(join(root, "srv/cluster.js"), PROGRAM);
  // Of a load before this one.
  await machine.run(["find", "/srv", "-name", "full-*", "-delete"]);
  const workers = numberOf(tuned, "workers");
  const environment = [
    `NODE_OPTIONS=${textOf(tuned, "options")}`,
    `UV_THREADPOOL_SIZE=${textOf(tuned, "threadpoolSize")}`,
    `WEB_CONCURRENCY=${workers}`,
    `OLD_SPACE_BYTES=${numberOf(tuned, "maxOldSpaceSize")}`,
  ];
  const argv = ["env", ...environment, "node", "/srv/cluster.js"];
  await withService(machine, { name: "cluster", argv, isReady: async () => true }, async () => {
    await waitUntil("every worker is full", FILL_MS, async () => {
      if ((await machine.attempt(["pgrep", "node"])).status !== 0) throw new Error("a worker ended");
      return (await readdir(join(root, "srv"))).filter((name) => name.startsWith("full-")).length === workers;
    });
    await sleep(SETTLE_MS);
  });
  return `${workers} workers with ${numberOf(tuned, "maxOldSpaceSize") / MIB} MiB of old space each, nearly full`;
}

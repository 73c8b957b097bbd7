// Run by lock.test.ts: takes the lock, proves that it is alone by a folder that only one can make, and gives it back.
// With `hold` it says so and never ends by itself.

import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { takeLock } from "../../../agent/apply/state/lock.ts";

const [root, mode] = [process.argv[2]!, process.argv[3]!];
const lock = await takeLock(root, 60_000);
if (mode === "hold") {
  process.stdout.write("held\n");
  await sleep(120_000);
}
mkdirSync(join(root, "alone"));
await sleep(2);
rmdirSync(join(root, "alone"));
if (mode === "die") process.kill(process.pid, "SIGKILL");
lock.release();

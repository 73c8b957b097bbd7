// Runs a JVM, PostgreSQL, and stores and brokers with the values that parbake tuned for a share, under a load that fills what they may
// take, and compares the most memory that they had with the share. Ends with 1 where one of them had more.

import { findObstacle } from "../test/e2e/requirements.ts";
import { hasMemory } from "../test/real/machine-limits.ts";
import { openPrograms, type Programs, PROGRAMS_REQUIREMENTS } from "../test/real/open-programs.ts";
import { tune } from "../test/real/tune.ts";
import { javaLoad, type Load, postgresqlLoad } from "./bench-programs-loads.ts";
import { STORE_LOADS } from "./bench-programs-stores.ts";
import { watchMemory } from "./bench-programs-memory.ts";
import { MIB } from "../agent/tuning/size.ts";

/** Nothing takes so long unless something hangs; the machine, and all that is in it, then ends at once. */
const DEADLINE_MS = 1_800_000;

const TITLE_WIDTH = 16;

interface Row {
  readonly title: string;
  readonly shareBytes: number;
  readonly worstBytes: number;
  readonly load: string;
}

async function measure(programs: Programs, load: Load): Promise<Row> {
  const { title, profile, options, size, shareBytes, processes } = load;
  const tuned = await tune(profile, size, options);
  const watch = watchMemory(await programs.machine.run(["readlink", "/proc/self/ns/pid"]), processes);
  try {
    const described = await load.run(programs, tuned);
    return { title, shareBytes, worstBytes: watch.worstBytes(), load: described };
  } finally {
    watch.stop();
  }
}

function print({ title, shareBytes, worstBytes, load }: Row): void {
  const ratio = (worstBytes / shareBytes).toFixed(2);
  console.log(`${title.padEnd(TITLE_WIDTH)}${inMib(shareBytes)}  ${inMib(worstBytes)}   ${ratio}  ${load}`);
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`.padStart(9);
}

const obstacle = findObstacle(PROGRAMS_REQUIREMENTS);
const opening = obstacle === null ? openPrograms() : Promise.resolve({ reason: obstacle });
const end = async (reason: string): Promise<void> => {
  console.error(`scripts/bench-programs: ${reason}`);
  const opened = await opening;
  if ("close" in opened) await opened.close();
  process.exit(1);
};
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void end(`ended by ${signal}`));
const opened = await opening;
if ("reason" in opened) {
  console.error(`scripts/bench-programs: ${opened.reason}`);
  process.exit(69);
}
const timer = setTimeout(() => void end(`not finished after ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
try {
  console.log(`${"program".padEnd(TITLE_WIDTH)}    share      worst  ratio  load`);
  for (const load of [javaLoad, postgresqlLoad, ...STORE_LOADS]) {
    if (!hasMemory(load.shareBytes)) {
      console.log(`${load.title.padEnd(TITLE_WIDTH)}${inMib(load.shareBytes)}  not here: the machine is too small`);
      continue;
    }
    const row = await measure(opened, load);
    print(row);
    if (row.worstBytes > row.shareBytes) process.exitCode = 1;
  }
  console.log("worst: proportional set size of all of its processes, shared memory included, and their page tables");
} finally {
  clearTimeout(timer);
  await opened.close();
}

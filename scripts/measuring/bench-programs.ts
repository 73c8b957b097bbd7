// Runs programs with the values that parbake tuned for a share, each under a load that fills what it may take, and compares its
// peak memory with the share. Ends with 1 if one of them had more, or its load failed.

import { cpus, freemem, release, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { GIB, MIB } from "../../agent/size.ts";
import type { Machine } from "../../test/e2e/support/machine.ts";
import { findObstacle } from "../../test/e2e/support/requirements.ts";
import { openPrograms, PACKAGES, type Programs, PROGRAMS_REQUIREMENTS } from "../../test/real/support/open-programs.ts";
import { tune } from "../../test/real/support/tune.ts";
import type { Load } from "../loads/load.ts";
import { LOADS } from "../loads/loads.ts";
import { watchMemory } from "./watch-memory.ts";

const TITLE_WIDTH = 20;

/** For one load: none takes so long unless something hangs. */
const DEADLINE_MS = 900_000;

/** Beside the share: for the clients of the load, and for whatever else runs here. */
const SPARE_BYTES = GIB;

type Row =
  | { readonly kind: "measured"; readonly worstBytes: number; readonly said: string }
  | { readonly kind: "skipped" | "failed"; readonly reason: string };

/** Fires at a signal: the load ends, and its machine with it. */
const stop = new AbortController();

/** The machine that the programs run in, once one is asked. */
let opening: Promise<Programs> | undefined;

async function open(): Promise<Programs> {
  const obstacle = findObstacle(PROGRAMS_REQUIREMENTS);
  const opened = obstacle === null ? await openPrograms() : { reason: obstacle };
  if ("close" in opened) return opened;
  console.error(`scripts/bench-programs: ${opened.reason}`);
  process.exit(69);
}

async function close(): Promise<void> {
  const programs = await opening;
  opening = undefined;
  await programs?.close();
}

async function runLoad(load: Load): Promise<Row> {
  const freeBytes = freemem();
  if (freeBytes < load.share.bytes + SPARE_BYTES)
    return { kind: "skipped", reason: `no more than ${inMib(freeBytes).trim()} are free here` };
  try {
    return await measure(await (opening ??= open()), load, freeBytes);
  } catch (error) {
    const said = String(error).replace(/^(Error: )+/, "");
    console.error(`${nameOf(load)}: ${said}`);
    await close();
    return { kind: "failed", reason: said.split("\n")[0]! };
  }
}

async function measure(programs: Programs, load: Load, freeBytes: number): Promise<Row> {
  const { profile, share, options, processes } = load;
  const tuned = await tune(profile, share, options);
  const pidNamespace = await programs.machine.run(["readlink", "/proc/self/ns/pid"]);
  const mostBytes = Math.min(share.bytes * 1.5 + SPARE_BYTES, freeBytes - SPARE_BYTES / 2);
  const watch = watchMemory({ pidNamespace, names: processes, mostBytes });
  try {
    const said = await inTime(Promise.race([load.run(letTakeTime(programs), tuned), watch.excess]));
    return { kind: "measured", worstBytes: watch.worstBytes(), said };
  } finally {
    watch.stop();
  }
}

/** A step of a load ends with the load. */
function letTakeTime({ machine, ...rest }: Programs): Programs {
  const run: Machine["run"] = (argv, options) => machine.run(argv, { timeoutMs: DEADLINE_MS, ...options });
  return { ...rest, machine: { ...machine, run } };
}

async function inTime<T>(running: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, stop.signal]);
  const late = sleep(DEADLINE_MS, undefined, { signal }).then(() => {
    throw new Error(`not finished after ${DEADLINE_MS / 1000} s`);
  });
  try {
    return await Promise.race([running, late]);
  } finally {
    ended.abort();
  }
}

async function readVersions({ machine }: Programs): Promise<string> {
  const lines = await machine.run(["dpkg-query", "--show", "--showformat=${Package} ${Version}\n", ...PACKAGES]);
  return lines.split("\n").join(", ");
}

function print(load: Load, row: Row): void {
  const head = `${load.title.padEnd(TITLE_WIDTH)}${inMib(load.share.bytes)}`;
  if (row.kind !== "measured") return console.log(`${head}  ${row.kind}: ${row.reason}`);
  const ratio = (row.worstBytes / load.share.bytes).toFixed(2);
  console.log(`${head}  ${inMib(row.worstBytes)}   ${ratio}  ${row.said}`);
}

function nameOf({ title, share }: Load): string {
  return `${title} ${inMib(share.bytes).trim()}`;
}

function inMib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`.padStart(9);
}

const parts = process.argv.slice(2);
const asked = LOADS.filter((load) => parts.length === 0 || parts.some((part) => nameOf(load).includes(part)));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort(signal));
try {
  const today = new Date().toISOString().slice(0, 10);
  console.log(
    `${today}, Linux ${release().split(".", 2).join(".")}, ${cpus().length} CPUs, ${inMib(totalmem()).trim()}, Debian 12`,
  );
  console.log(`${"program".padEnd(TITLE_WIDTH)}    share      worst  ratio  load`);
  for (const load of asked) {
    const row = await runLoad(load);
    if (stop.signal.aborted) break;
    print(load, row);
    if (row.kind === "failed" || (row.kind === "measured" && row.worstBytes > load.share.bytes)) process.exitCode = 1;
  }
  console.log("worst: proportional set size of all of its processes, shared memory included, and their page tables");
  if (opening) console.log(`versions: ${await readVersions(await opening)}`);
} finally {
  await close();
}
// A stopped load may still wait for something that no longer exists.
if (stop.signal.aborted) process.exit(1);

// Boots an image against every row of the table, or those that are named. README.md is its manual, and its --help.

import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { WorldInput } from "../emulator/world.ts";
import type { Result } from "./boot-row.ts";
import { openImages } from "./images.ts";
import { run } from "./program.ts";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { endOnSignals, removeFolder, spawnRow } from "./spawn-row.ts";
import { formatLine, formatPage } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    keep: { type: "string" },
    cache: { type: "string" },
    world: { type: "string" },
    jobs: { type: "string", default: "1" },
    accelerator: { type: "string", default: "tcg" },
  },
});

const TOP = join(import.meta.dirname, "../..");
const PAGE = join(import.meta.dirname, "BOOTS.md");
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "parbake");

const [first = ""] = positionals;
const image = first.includes("/") || (first !== "" && existsSync(first)) ? resolve(first) : null;

/** For an image of the user's own: those that are about no other one. */
function chooseRows(): readonly Row[] {
  const names = image === null ? positionals : positionals.slice(1);
  const fitting = ROWS.filter(({ tree }) => image === null || tree === undefined);
  const unknown = names.filter((name) => !fitting.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(", ")}. --list names them all.`);
  return names.length === 0 ? fitting : fitting.filter(({ name }) => names.includes(name));
}

/** In the order of the table, however they end. */
async function bootAll(rows: readonly Row[], folder: string): Promise<Result[]> {
  const world: WorldInput = values.world === undefined ? {} : JSON.parse(readFileSync(values.world, "utf8"));
  const images = openImages(image, folder, resolve(values.cache ?? CACHE));
  const results = new Map<string, Result>();
  const boot = async (row: Row): Promise<void> => {
    const keep = values.keep === undefined ? null : resolve(values.keep, row.name);
    const job = { row: row.name, source: await images.of(row), world, accelerator: values.accelerator, keep };
    const result = await spawnRow(job, folder);
    results.set(row.name, result);
    if (!values.json) console.log(formatLine(result));
  };
  await atATime(
    Number(values.jobs),
    rows.filter(({ machine }) => machine === "container"),
    boot,
  );
  // Each has use for all processors.
  await atATime(
    1,
    rows.filter(({ machine }) => machine === "emulated"),
    boot,
  );
  return rows.flatMap(({ name }) => results.get(name) ?? []);
}

async function atATime(most: number, rows: readonly Row[], boot: (row: Row) => Promise<void>): Promise<void> {
  const waiting = [...rows];
  const work = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await boot(row);
  };
  await Promise.all(Array.from({ length: most }, work));
}

/** Formatted as all pages are. */
async function writePage(results: readonly Result[]): Promise<void> {
  const machine = `a machine with ${availableParallelism()} CPUs, ${values.jobs} at a time`;
  writeFileSync(PAGE, formatPage(results, machine));
  await run([join(TOP, "scripts/node"), join(TOP, "node_modules/.bin/oxfmt"), PAGE]);
}

async function main(): Promise<void> {
  if (values.help) return console.log(readFileSync(join(import.meta.dirname, "README.md"), "utf8"));
  const rows = chooseRows();
  if (values.list) return console.log(rows.map(({ name, title }) => `${name.padEnd(40)} ${title}`).join("\n"));
  if (process.getuid?.() !== 0) throw new Error("run it as root: it boots machines");
  const folder = mkdtempSync(join(tmpdir(), "parbake-simulate-"));
  endOnSignals(folder);
  try {
    const results = await bootAll(rows, folder);
    if (values.json) console.log(JSON.stringify(results, null, 2));
    if (values.write) await writePage(results);
    if (results.some(({ problems }) => problems.length > 0)) process.exitCode = 1;
  } finally {
    removeFolder(folder);
  }
}

main().catch((error: unknown) => {
  console.error(`simulate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});

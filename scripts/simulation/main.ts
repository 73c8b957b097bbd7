// Boots an image against every row of the table, or those that are named. README.md is its manual, and its --help.

import { existsSync, globSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { WorldInput } from "../emulator/world.ts";
import type { Result } from "./boot-row.ts";
import { chooseRows, formatLeftOut, type Choice } from "./choose-rows.ts";
import { openImages } from "./images.ts";
import { run } from "./program.ts";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { endOnSignals, removeFolder, spawnRow } from "./spawn-row.ts";
import { formatLine, formatPage } from "./table.ts";

const { values, positionals } = readArguments();

const TOP = join(import.meta.dirname, "../..");
const PAGE = join(import.meta.dirname, "BOOTS.md");
const CACHE = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "parbake");

const [first = ""] = positionals;
const image = first.includes("/") || (first !== "" && existsSync(first)) ? resolve(first) : null;

function readArguments() {
  try {
    return parseArgs({
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
  } catch (error) {
    console.error(`simulate: ${error instanceof Error ? error.message : String(error)}`);
    console.error("usage: scripts/simulate [IMAGE] [ROW…] [OPTION…]; --help has them all");
    process.exit(1);
  }
}

/** A folder may be meant for containers alone; of a disk nothing is known before it is mounted. */
function hasKernel(path: string): boolean {
  return !existsSync(join(path, "etc")) || globSync("boot/vmlinuz*", { cwd: path }).length > 0;
}

function choose(): Choice {
  if (image === null) return chooseRows(ROWS, positionals, null);
  if (!existsSync(image)) throw new Error(`${image} does not exist`);
  return chooseRows(ROWS, positionals.slice(1), { hasKernel: hasKernel(image) });
}

/** In the order of the table, however they end. */
async function bootAll(rows: readonly Row[], folder: string): Promise<Result[]> {
  const world: WorldInput = values.world === undefined ? {} : JSON.parse(readFileSync(values.world, "utf8"));
  const images = openImages(image, folder, resolve(values.cache ?? CACHE));
  const results = new Map<string, Result>();
  const boot = async (row: Row): Promise<void> => {
    const keep = values.keep === undefined ? null : resolve(values.keep, row.name);
    const job = { row: row.name, source: await images.of(row), world, accelerator: values.accelerator, keep };
    try {
      const result = await spawnRow(job, folder);
      if ("leftOut" in result) return console.error(`${row.name}: left out: ${result.leftOut}`);
      results.set(row.name, result);
      if (!values.json) console.log(formatLine(result));
    } catch (error) {
      // One row that cannot be booted says nothing of the others.
      console.error(`simulate: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
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
  const { rows, leftOut } = choose();
  for (const each of leftOut) console.error(`simulate: ${formatLeftOut(each)}`);
  if (values.list) return console.log(rows.map(({ name, title }) => `${name.padEnd(40)} ${title}`).join("\n"));
  if (values.write && positionals.length > 0)
    throw new Error("--write is for all rows of the example image: name none");
  if (process.getuid?.() !== 0) throw new Error("run it as root: it boots machines");
  const folder = mkdtempSync(join(tmpdir(), "parbake-simulate-"));
  endOnSignals(folder);
  try {
    const results = await bootAll(rows, folder);
    if (values.json) console.log(JSON.stringify(results, null, 2));
    if (values.write && results.length < rows.length)
      throw new Error(`${PAGE} stays as it is: not every row was booted`);
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

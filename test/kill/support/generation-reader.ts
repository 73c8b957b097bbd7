// Run by flips.test.ts while generations are flipped: reads them in a tight loop, and counts what is not whole. Once it
// gets SIGTERM it prints what it saw.

import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2]!;
const seen = { reads: 0, generations: 0, mixed: 0, missing: 0, torn: 0, gone: 0 };
const state = { isOver: false };
let last = "";
process.on("SIGTERM", () => (state.isOver = true));
console.log("reading");

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
    return null;
  }
}

/** By the stable path: always there, always one whole value. */
function readStable(): void {
  const text = read(join(folder, "all.env"));
  if (text === null) seen.missing++;
  // Three times the same value, from three secrets of one rotation.
  else if (!/^A=(v\d+-x{2000})\nB=\1\nC=\1\n$/.test(text)) seen.torn++;
}

/** As one who wants several files of one generation does: by the generation's own name. */
function readWhole(): void {
  const generation = readlinkSync(join(folder, "..data"));
  const values = ["a/k", "b", "deep/er/c"].map((name) => read(join(folder, generation, name)));
  // It was replaced, and removed, while it was read: whoever reads so starts again.
  if (values.includes(null)) seen.gone++;
  else if (new Set(values).size !== 1) seen.mixed++;
  if (generation !== last) seen.generations++;
  last = generation;
}

while (!state.isOver) {
  for (let time = 0; time < 50; time++) {
    readStable();
    readWhole();
    seen.reads++;
  }
  await new Promise((resolve) => setImmediate(resolve));
}
console.log(JSON.stringify(seen));

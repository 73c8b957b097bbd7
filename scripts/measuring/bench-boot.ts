// Measures dist/parbake against bare `node -e 0`, in turns, on one machine. Prints ratios only: times of one machine say nothing
// about another. Usage: bench-boot.ts [RUNS]

import { copyFileSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeScratchImage, type ScratchImage } from "../../test/binary/support/scratch-image.ts";
import { spawnEmulator } from "./bench-emulator.ts";
import { median, type Program, readFootprint, timeRun } from "./bench-measure.ts";
import { nodePath, TOP } from "../building/build-pinned-node.ts";

const BINARY = `${TOP}/dist/parbake`;
// How often the pinned Node's own start time a whole boot may take: the project's promise.
const TARGET_RATIO = 3;
const WARM_UP_RUNS = 20;

// One secret, and two files that see tuning, facts and the secret's path.
const CONFIG = `apps: { web: { profile: nginx, memory: { weight: 1 } }, api: { profile: jvm } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files:
  - { template: web.txt.hbs, path: /etc/web/web.txt }
  - { template: api.env.hbs, path: /etc/web/api.env, mode: "0600" }
`;
const TEMPLATE = `JAVA_OPTS="{{apps.api.heap}} in {{facts.region}}"\n{{#if apps.api.threads}}THREADS={{apps.api.threads}}\n{{/if}}`;

/** As it is before a first boot. */
function bakeImage(): ScratchImage {
  const image = makeScratchImage(CONFIG);
  image.write("etc/parbake/templates/api.env.hbs", TEMPLATE);
  return image;
}

async function measureAll(runs: number, folder: string): Promise<void> {
  // A copy, because the file that runs this program can't be evicted from the page cache.
  const node = join(folder, "node");
  copyFileSync(nodePath("x64"), node);
  const secret = { name: "prod/db", versions: [{ string: '{"password":"bench"}' }] };
  const emulator = await spawnEmulator({ secrets: [secret] }, folder);
  const environment = { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint };
  const apply: Program = { argv: [BINARY, "apply"], environment, bakeImage };
  const programs: Record<string, Program> = {
    "node -e 0": { argv: [node, "-e", "0"], environment },
    "parbake --version": { argv: [BINARY, "--version"], environment },
    "parbake apply": apply,
  };
  try {
    const wallsMs: Record<string, number[]> = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
    // Cold first, so that both programs are in the page cache as reading leaves them there, which is how a boot finds them.
    const cold: Record<string, string> = {};
    for (const [name, program] of Object.entries(programs)) cold[name] = await readFootprint(program, "cold");
    // The emulator's first answers are slow, and would count as parbake's time.
    for (let run = 0; run < WARM_UP_RUNS; run++) await timeRun(apply);
    for (let run = 0; run < runs; run++)
      for (const [name, program] of Object.entries(programs)) wallsMs[name]?.push(await timeRun(program));
    await report(programs, wallsMs, cold);
  } finally {
    await emulator.stop();
  }
}

async function report(
  programs: Record<string, Program>,
  wallsMs: Record<string, number[]>,
  cold: Record<string, string>,
): Promise<void> {
  const base = wallsMs["node -e 0"] ?? [];
  console.log(
    `median of ${base.length} runs in turns, against node -e 0 of the same Node (target for apply: ≤ ${TARGET_RATIO})`,
  );
  for (const [name, program] of Object.entries(programs)) {
    const walls = wallsMs[name] ?? [];
    const ratio = median(walls) / median(base);
    const fastest = Math.min(...walls) / Math.min(...base);
    const warm = await readFootprint(program, "warm");
    console.log(`${name.padEnd(18)} ${ratio.toFixed(2)} × (fastest ${fastest.toFixed(2)} ×)  ${warm}; ${cold[name]}`);
    if (name === "parbake apply" && ratio > TARGET_RATIO) process.exitCode = 1;
  }
  const size = (path: string): string => `${(statSync(path).size / 1e6).toFixed(1)} MB`;
  console.log(`size: dist/parbake ${size(BINARY)}, the Node in it ${size(nodePath("x64"))} as npm has it`);
}

const runs = Number(process.argv[2] ?? 20);
if (!Number.isInteger(runs) || runs < 1) throw new Error("usage: bench-boot.ts [RUNS]");
const folder = mkdtempSync(join(tmpdir(), "parbake-bench-"));
try {
  await measureAll(runs, folder);
} finally {
  rmSync(folder, { recursive: true });
}

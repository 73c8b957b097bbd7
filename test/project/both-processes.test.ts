// scripts/test, with programs in place of mocha's two processes: what comes of a failure, a crash and a signal.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../support/folders.ts";

const SCRIPT = join(import.meta.dirname, "../../scripts/test");
const PASSED = "echo '3 passed, 0 failed, 1 skipped'";
/** As mocha's: at the first SIGINT its tests end and clean up. Node's, as a shell in the background hears none. */
const UNTIL_STOPPED = `exec ${process.execPath} -e '
  process.once("SIGINT", () => setTimeout(() => { console.log("cleaned up"); process.exit(130); }, 500));
  setInterval(() => {}, 1000);
  console.log("begun");'`;

interface Outcome {
  readonly status: number | null;
  readonly lines: readonly string[];
  /** What is left below TMPDIR. */
  readonly left: readonly string[];
}

/** @param stopAfter what has to be said for a SIGTERM to come */
async function runBoth(first: string, second: string, stopAfter?: string): Promise<Outcome> {
  const top = makeFolder(tmpdir(), "both-processes", "test");
  for (const folder of ["scripts", "node_modules", "tmp"]) mkdirSync(join(top, folder));
  copyFileSync(SCRIPT, join(top, "scripts/test"));
  for (const name of ["test-packages", "moto-venv", "aemm", "build"]) writeProgram(top, name, "exit 0");
  writeProgram(top, "node", `case $2 in *binary*) ${first} ;; *) ${second} ;; esac`);
  writeFileSync(join(top, "package-lock.json"), "");
  utimesSync(join(top, "package-lock.json"), 0, 0);
  writeFileSync(join(top, "node_modules/.package-lock.json"), "");
  const running = spawn(join(top, "scripts/test"), { env: { ...process.env, TMPDIR: join(top, "tmp") } });
  let said = "";
  let stopped = false;
  for (const stream of [running.stdout, running.stderr])
    stream.on("data", (data) => {
      said += String(data);
      if (stopped || stopAfter === undefined || !said.includes(stopAfter)) return;
      stopped = running.kill("SIGTERM");
    });
  const [status] = (await once(running, "close")) as [number | null];
  return { status, lines: said.trim().split("\n"), left: readdirSync(join(top, "tmp")) };
}

function writeProgram(top: string, name: string, script: string): void {
  writeFileSync(join(top, "scripts", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe("both processes of scripts/test", () => {
  it("are counted together, and what the second said comes whole after the first", async () => {
    const { status, lines, left } = await runBoth(`sleep 1; echo first; ${PASSED}`, `echo second; ${PASSED}`);
    assert.deepEqual(lines, [
      "first",
      "3 passed, 0 failed, 1 skipped",
      "second",
      "3 passed, 0 failed, 1 skipped",
      "6 passed, 0 failed, 2 skipped in all",
    ]);
    assert.deepEqual([status, left], [0, []]);
  });

  for (const [which, first, second] of [
    ["first", "echo '1 passed, 2 failed, 0 skipped'; exit 2", PASSED],
    ["second", PASSED, "echo '1 passed, 2 failed, 0 skipped'; exit 2"],
  ] as const)
    it(`fail together where the ${which} does`, async () => {
      const { status, lines } = await runBoth(first, second);
      assert.equal(lines.at(-1), "4 passed, 2 failed, 1 skipped in all");
      assert.equal(status, 1);
    });

  for (const [how, script] of [
    ["a crash", "echo '2 passing'; exit 7"],
    ["a signal", "kill -KILL $$"],
    ["no word, and status 0", "exit 0"],
  ] as const)
    it(`are not counted as all where one ends with ${how}`, async () => {
      const { status, lines } = await runBoth(PASSED, script);
      assert.equal(lines.at(-1), "3 passed, 0 failed, 1 skipped in what came to its end: not all did");
      assert.equal(status, 1);
    });

  it("clean up and end at a signal, and leave nothing", async () => {
    const { status, lines, left } = await runBoth(UNTIL_STOPPED, UNTIL_STOPPED, "begun");
    assert.deepEqual(lines, [
      "begun",
      "scripts/test: the tests that run now end, and clean up. Once more, and they end at once.",
      "cleaned up",
    ]);
    assert.deepEqual([status, left], [130, []]);
  });
});

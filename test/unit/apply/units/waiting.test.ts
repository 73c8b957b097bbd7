import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { markReady } from "../../../../agent/apply/units/readiness.ts";
import { wakeReady } from "../../../../agent/apply/units/waiting.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

describe("what waits for parbake", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = makeScratch();
    mkdirSync(scratch.path("run/parbake/waiting"), { recursive: true });
  });

  const fifoOf = (unit: string) => scratch.path(`run/parbake/waiting/${unit}`);

  /** As parbake-ready@.service waits. Answers when it is waiting; `woken` when it no longer is. */
  async function wait(unit: string) {
    const fifo = fifoOf(unit);
    assert.equal(spawnSync("mkfifo", [fifo]).status, 0);
    const shell = spawn("sh", ["-c", 'exec 3<>"$1"; echo; read -r line <&3', "sh", fifo]);
    const woken = once(shell, "exit");
    await once(shell.stdout, "data");
    return { shell, woken };
  }

  it("is woken where its mark is there, its template's included, and nobody else", async () => {
    const waits = [await wait("a.service"), await wait("b@1.service"), await wait("c.service")] as const;
    markReady(scratch.root, ["a.service", "b@.service"]);
    wakeReady(scratch.root);
    await waits[0].woken;
    await waits[1].woken;
    assert.equal(waits[2].shell.exitCode, null);
    markReady(scratch.root, ["c.service"]);
    wakeReady(scratch.root);
    await waits[2].woken;
  });

  it("is not there where nobody reads its FIFO, or it is none: nothing is waited for, and nothing written", () => {
    assert.equal(spawnSync("mkfifo", [fifoOf("gone.service")]).status, 0);
    scratch.write("run/parbake/waiting/file", "x");
    writeFileSync(scratch.path("elsewhere"), "x");
    symlinkSync(scratch.path("elsewhere"), fifoOf("link"));
    markReady(scratch.root, ["gone.service", "file", "link"]);
    wakeReady(scratch.root);
    for (const path of ["elsewhere", "run/parbake/waiting/file"])
      assert.equal(spawnSync("cat", [scratch.path(path)]).stdout.toString(), "x", path);
  });
});

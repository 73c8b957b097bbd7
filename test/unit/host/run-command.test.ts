import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { firstLines, keepingOutput, runCommand } from "../../../agent/host/run-command.ts";
import { assertWithin } from "../../support/slowness.ts";
import { makeScratch } from "../support/scratch.ts";

describe("runCommand", () => {
  it("gives status and both outputs", async () => {
    const result = await runCommand(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], 5_000);
    assert.equal(result.kind === "exited" && result.status, 3);
    assert.deepEqual("output" in result && result.output.split("\n").toSorted(), ["", "err", "out"]);
  });

  it("passes no environment of ours on", async () => {
    process.env["PARBAKE_TEST_SECRET"] = "leak";
    const result = await runCommand(["/usr/bin/env"], 5_000);
    delete process.env["PARBAKE_TEST_SECRET"];
    assert.match("output" in result ? result.output : "", /^PATH=/m);
    assert.doesNotMatch("output" in result ? result.output : "", /leak|HOME/);
  });

  it("runs no shell: a word with blanks and signs is one argument", async () => {
    const result = await runCommand(["/bin/echo", "a; b $(c) *"], 5_000);
    assert.deepEqual(result, { kind: "exited", status: 0, output: "a; b $(c) *\n" });
  });

  it("keeps as much of what a program says as it is told to", async () => {
    const argv = ["/bin/sh", "-c", "printf 0123456789"];
    assert.deepEqual(await keepingOutput(4)(argv, 20_000), { kind: "exited", status: 0, output: "0123" });
    assert.deepEqual(await keepingOutput(40)(argv, 20_000), { kind: "exited", status: 0, output: "0123456789" });
  });

  it("kills at the time limit, its children too", async () => {
    const { path } = makeScratch();
    const startMs = performance.now();
    const script = `sleep 60 & echo $! > ${path("pid")}; wait`;
    const result = await runCommand(["/bin/sh", "-c", script], 300);
    assert.equal(result.kind, "timed-out");
    assertWithin(5_000, performance.now() - startMs);
    assert.equal(await isGone(Number(readFileSync(path("pid"), "utf8"))), true);
  });

  it("does not wait for a daemon that the program leaves behind with its output open", async () => {
    const startMs = performance.now();
    const result = await runCommand(["/bin/sh", "-c", "echo done; sleep 3 &"], 10_000);
    assert.deepEqual(result, { kind: "exited", status: 0, output: "done\n" });
    assertWithin(2_500, performance.now() - startMs);
  });

  it("tells of a program that is absent, however short its time", async () => {
    assert.deepEqual(await runCommand(["/nonexistent/program"], 0), { kind: "absent" });
  });

  it("tells of a program that is absent or may not be run", async () => {
    const scratch = makeScratch();
    scratch.write("data", "x", 0o644);
    assert.deepEqual(await runCommand(["/nonexistent/program"], 1_000), { kind: "absent" });
    assert.deepEqual(await runCommand([scratch.path("data")], 1_000), { kind: "forbidden" });
  });
});

describe("firstLines", () => {
  it("keeps the first lines that say something, without colours and times", () => {
    for (const time of ["2026/01/02 03:04:05 ", "2026-01-02 03:04:05.678 UTC ", "2026-01-02T03:04:05+00:00 "])
      assert.equal(firstLines(`${time}[emerg] 7#7: bad\n`, 1), "[emerg] 7#7: bad");
    assert.equal(firstLines("\n\u001b[31mred\u001b[0m\n \r\n  two 2\nthree\n", 2), "red | two 2");
  });
});

async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (!existsSync(`/proc/${pid}`) || /^State:\sZ/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return true;
    await sleep(20);
  }
  return false;
}

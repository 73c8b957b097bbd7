import assert from "node:assert/strict";
import { takeLock } from "../../../../agent/apply/state/lock.ts";
import { readRunning, removeWait, writeWait } from "../../../../agent/apply/state/running-run.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";

const SINCE = "2026-01-02T03:04:05.000Z";
const WAIT = { what: "asking IMDS", since: "2026-01-02T03:04:10.000Z", limitMs: 40_000 };

describe("the run that goes on", () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = makeScratch()));

  it("is none where there is neither a lock nor a wait", () => {
    assert.equal(readRunning(scratch.root), null);
  });

  it("is known by what it waits for before it has the lock", () => {
    writeWait(scratch.root, SINCE, WAIT);
    const running = readRunning(scratch.root, Date.parse(SINCE) + 23_000);
    assert.deepEqual(running, { pid: process.pid, since: SINCE, forMs: 23_000, waitsFor: WAIT });
  });

  it("waits for nothing where it has only the lock", async () => {
    const lock = await takeLock(scratch.root, 0);
    const { pid, waitsFor } = readRunning(scratch.root)!;
    assert.deepEqual({ pid, waitsFor }, { pid: process.pid, waitsFor: null });
    lock.release();
  });

  it("is the one that has the lock, where another waits", async () => {
    const lock = await takeLock(scratch.root, 0);
    // PID 1 is alive, and not the process that left this.
    scratch.write("run/parbake/waits.json", waiting("1:1:00000000-0000-0000-0000-000000000000"));
    assert.equal(readRunning(scratch.root)!.pid, process.pid);
    lock.release();
  });

  for (const [title, text] of [
    ["of a process that is gone", waiting("1:1:00000000-0000-0000-0000-000000000000")],
    ["that names no process", waiting("nobody")],
    ["that is cut off", waiting("1:1:00000000-0000-0000-0000-000000000000").slice(0, 40)],
  ] as const)
    it(`is none where all there is is a wait ${title}`, () => {
      scratch.write("run/parbake/waits.json", text);
      assert.equal(readRunning(scratch.root), null);
    });

  it("waits no more once its wait is removed, and removing it again is no error", () => {
    writeWait(scratch.root, SINCE, WAIT);
    removeWait(scratch.root);
    removeWait(scratch.root);
    assert.equal(readRunning(scratch.root), null);
  });
});

function waiting(holder: string): string {
  return JSON.stringify({ schema: 1, holder, since: SINCE, waitsFor: WAIT });
}

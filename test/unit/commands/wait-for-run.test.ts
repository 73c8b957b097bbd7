import assert from "node:assert/strict";
import { takeLock } from "../../../agent/apply/state/lock.ts";
import { NO_PROGRESS } from "../../../agent/cli/progress.ts";
import { waitForRun } from "../../../agent/commands/wait-for-run.ts";
import { startDeadline } from "../../../agent/deadline.ts";
import { assertWithin } from "../../support/slowness.ts";
import { runHere } from "../support/run-command.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

type Known = Awaited<ReturnType<NonNullable<Parameters<typeof waitForRun>[1]>>>;

function waiting({ root }: Scratch, deadlineMs: number, ask: () => Known): Promise<boolean> {
  const options = { root } as Parameters<typeof waitForRun>[0]["options"];
  return waitForRun({ options, deadline: startDeadline(deadlineMs), progress: NO_PROGRESS }, async () => ask());
}

describe("a wait for a run", () => {
  it("ends when the run does, and does not ask systemd while one goes on", async () => {
    const scratch = makeScratch();
    const lock = await takeLock(scratch.root, 0);
    let isReleased = false;
    setTimeout(() => {
      isReleased = true;
      lock.release();
    }, 300);
    assert.equal(
      await waiting(scratch, 60_000, () => {
        assert.equal(isReleased, true);
        return "none";
      }),
      true,
    );
  });

  it("ends when its time is up, whatever goes on", async () => {
    const scratch = makeScratch();
    const lock = await takeLock(scratch.root, 0);
    const startMs = performance.now();
    assert.equal(await waiting(scratch, 600, () => null), false);
    assertWithin(1_500, performance.now() - startMs, "a wait of 600 ms");
    lock.release();
  });

  it("goes on while systemd has a run in its queue, and not where there is none", async () => {
    const scratch = makeScratch();
    const answers: Known[] = ["to come", "to come", "none"];
    assert.equal(await waiting(scratch, 60_000, () => answers.shift() ?? assert.fail("asked too often")), true);
    assert.deepEqual(answers, []);
  });

  it("expects a first run where there is no systemd, and no other", async () => {
    const scratch = makeScratch();
    assert.equal(await waiting(scratch, 300, () => null), false);
    const lock = await takeLock(scratch.root, 0);
    lock.release();
    assert.equal(await waiting(scratch, 60_000, () => null), true);
  });

  it("is refused of an image that is mounted somewhere", async () => {
    assert.deepEqual(await runHere(["status", "--wait", "--root", "/mnt/image"]), {
      status: 64,
      out: "",
      err: "parbake: --wait cannot be combined with --root. Leave one out: no image boots there.\n",
    });
  });
});

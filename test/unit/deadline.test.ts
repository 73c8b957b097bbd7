import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithin, keepTime, startDeadline } from "../../agent/deadline.ts";
import { Refusal } from "../../agent/refusal.ts";
import { orStopped, refuseStop, StopRequest } from "../../agent/stop.ts";

describe("a deadline", () => {
  it("fires with a TimeoutError when its time is up, and nothing is left then", async () => {
    const deadline = startDeadline(400);
    assert.ok(deadline.remainingMs() > 0);
    await sleep(450);
    assert.equal(deadline.remainingMs(), 0);
    assert.equal((deadline.signal.reason as Error).name, "TimeoutError");
  });

  it("is over at once where the run is asked to stop, and so is each part of it", () => {
    const stop = new AbortController();
    const whole = startDeadline(60_000, stop.signal);
    const part = endWithin(whole, 30_000);
    assert.ok(part.remainingMs() > 29_000 && part.remainingMs() <= 30_000);
    stop.abort(new StopRequest("SIGTERM"));
    assert.deepEqual([whole.remainingMs(), part.remainingMs()], [0, 0]);
    assert.equal(part.signal.reason, stop.signal.reason);
    assert.equal(endWithin(whole, 30_000).signal.aborted, true);
  });

  it("gives no part of it longer than itself", () => {
    assert.ok(endWithin(startDeadline(1_000), 5_000).remainingMs() <= 1_000);
  });

  for (const [durationMs, actingMs, wayBackMs] of [
    [86_400_000, 10_000, 10_000],
    [60_000, 10_000, 10_000],
    [12_000, 3_000, 2_000],
    [1_200, 300, 200],
    [600, 150, 100],
  ] as const)
    it(`of ${durationMs} ms keeps ${actingMs} ms to act and ${wayBackMs} ms for the way back`, () => {
      assert.deepEqual(keepTime(durationMs), { actingMs, wayBackMs });
    });
});

describe("a run that is asked to stop", () => {
  const stopped = () => startDeadline(60_000, AbortSignal.abort(new StopRequest("SIGHUP")));
  const unavailable = new Refusal("unavailable", { what: "no answer", fix: "Wait." });

  it("is refused by the signal's name, and one whose time is up is not", async () => {
    await assert.rejects(refuseStop(stopped()), {
      code: "hangup",
      message: "stopped by SIGHUP: nothing was changed. Run parbake again.",
    });
    await refuseStop(startDeadline(60_000, AbortSignal.abort(new DOMException("late", "TimeoutError"))));
  });

  it("ends with that in place of what its waits made of it, but not of a bug or of what stands for itself", () => {
    assert.equal((orStopped(unavailable, stopped()) as Refusal).code, "hangup");
    const config = new Refusal("config", { what: "a typo", fix: "Fix it." });
    const bug = new TypeError("x");
    assert.deepEqual([orStopped(config, stopped()), orStopped(bug, stopped())], [config, bug]);
    assert.equal(orStopped(unavailable, startDeadline(60_000)), unavailable);
  });

  it("tells why it was restoring the old files", () => {
    const { code, problems } = orStopped(unavailable, stopped(), true) as Refusal;
    assert.equal(code, "hangup");
    assert.deepEqual(
      problems.map(({ what }) => what),
      ["stopped by SIGHUP: the old files were restored", "no answer"],
    );
  });
});

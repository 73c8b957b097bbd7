import assert from "node:assert/strict";
import { mock } from "node:test";
import { guardEnd } from "../../../agent/process/overrun.ts";

describe("guardEnd", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  it("gives the work's own end", async () => {
    assert.equal(await guardEnd(1_000, async () => 7), 7);
    await assert.rejects(
      guardEnd(1_000, () => Promise.reject(new Error("own"))),
      /own/,
    );
  });

  it("rejects with 70's refusal three seconds after the time is up, where the work does not end", async () => {
    let isOver = false;
    const guarded = guardEnd(1_000, (overrun) => overrun).finally(() => (isOver = true));
    guarded.catch(() => undefined);
    mock.timers.tick(3_999);
    await Promise.resolve();
    assert.equal(isOver, false);
    mock.timers.tick(1);
    await assert.rejects(guarded, { code: "bug", message: /^the run did not end at its deadline/ });
  });
});

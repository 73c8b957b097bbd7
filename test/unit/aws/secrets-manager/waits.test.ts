import assert from "node:assert/strict";
import { BACKOFF } from "../../../../agent/aws/calls/waits.ts";
import { computeStartDelayMs } from "../../../../agent/aws/secrets-manager/waits.ts";
import { computeBackoffMs } from "../../../../agent/backoff.ts";

const clock = { remainingMs: () => 60_000, random: () => 1, signal: new AbortController().signal };
const ceilings = (why: keyof typeof BACKOFF) =>
  [1, 2, 3, 7, 20].map((tries) => computeBackoffMs(tries, BACKOFF[why], clock));

describe("the waits for Secrets Manager", () => {
  it("double up to their cap, ten times as long for a throttled account", () => {
    assert.deepEqual(ceilings("fault"), [100, 200, 400, 5_000, 5_000]);
    assert.deepEqual(ceilings("throttled"), [1_000, 2_000, 4_000, 4_000, 4_000]);
  });

  it("never take more than half of the run's time at the start", () => {
    assert.equal(computeStartDelayMs(5_000, 60_000, 0.5), 2_500);
    assert.equal(computeStartDelayMs(60_000, 10_000, 1), 5_000);
    assert.equal(computeStartDelayMs(0, 10_000, 0.9), 0);
  });
});

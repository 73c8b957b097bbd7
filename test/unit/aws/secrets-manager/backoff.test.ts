import assert from "node:assert/strict";
import { computeBackoffMs, computeStartDelayMs } from "../../../../agent/aws/secrets-manager/backoff.ts";

const ceilings = (isThrottled: boolean) => [1, 2, 3, 7, 20].map((tries) => computeBackoffMs(tries, isThrottled, 1));

describe("the wait before another try", () => {
  it("doubles up to its cap, ten times as long for a throttled account", () => {
    assert.deepEqual(ceilings(false), [100, 200, 400, 5_000, 5_000]);
    assert.deepEqual(ceilings(true), [1_000, 2_000, 4_000, 10_000, 10_000]);
  });

  it("is anything from nothing to that: full jitter", () => {
    assert.equal(computeBackoffMs(3, false, 0), 0);
    assert.equal(computeBackoffMs(3, false, 0.25), 100);
  });

  it("never takes more than half of the run's time at the start", () => {
    assert.equal(computeStartDelayMs(5_000, 60_000, 0.5), 2_500);
    assert.equal(computeStartDelayMs(60_000, 10_000, 1), 5_000);
    assert.equal(computeStartDelayMs(0, 10_000, 0.9), 0);
  });
});

import assert from "node:assert/strict";
import { computeBackoffMs, wait, type RetryClock } from "../../agent/backoff.ts";

const BACKOFF = { baseMs: 100, capMs: 5_000 };

function clock(random: number, remainingMs = 60_000, signal = new AbortController().signal): RetryClock {
  return { random: () => random, remainingMs: () => remainingMs, signal };
}

describe("the wait before another try", () => {
  it("doubles up to its cap, after however many tries", () => {
    const waits = [1, 2, 3, 6, 7, 5_000].map((tries) => computeBackoffMs(tries, BACKOFF, clock(1)));
    assert.deepEqual(waits, [100, 200, 400, 3_200, 5_000, 5_000]);
  });

  it("is anything from nothing to that: full jitter", () => {
    assert.equal(computeBackoffMs(3, BACKOFF, clock(0)), 0);
    assert.equal(computeBackoffMs(3, BACKOFF, clock(0.25)), 100);
  });

  it("is none where it would not be over before the end, or the run is to stop", () => {
    assert.equal(computeBackoffMs(3, BACKOFF, clock(0.25, 101)), 100);
    assert.equal(computeBackoffMs(3, BACKOFF, clock(0.25, 100)), null);
    assert.equal(computeBackoffMs(1, BACKOFF, clock(0, 0)), null);
    assert.equal(computeBackoffMs(1, BACKOFF, clock(0, 60_000, AbortSignal.abort())), null);
  });

  it("ends early when the run is to stop, without an error", async () => {
    const stop = new AbortController();
    const startMs = performance.now();
    setTimeout(() => stop.abort(), 10);
    await wait(60_000, stop.signal);
    await wait(60_000, stop.signal);
    assert.ok(performance.now() - startMs < 30_000);
  });
});

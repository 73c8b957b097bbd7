// Bounds on time that hold on a machine with other work, too. On a quiet one they are what they say.

import assert from "node:assert/strict";

/** CPU time that is spent for a measurement: many turns of the kernel's scheduler. */
const SPENT_US = 150_000;

/** That `tookMs` is within `boundMs`; on a machine that others keep busy, within as many times more as work takes longer there. */
export function assertWithin(boundMs: number, tookMs: number, what = ""): void {
  if (tookMs < boundMs) return;
  const slowness = measureSlowness();
  const told = `${what} took ${Math.round(tookMs)} ms, of ${boundMs} ms on a quiet machine; this one is ${slowness.toFixed(1)} times slower`;
  assert.ok(tookMs < boundMs * slowness, told.trim());
}

/** The time that passes while this thread works, by the time that it works. 1: nobody else wants the CPUs. */
function measureSlowness(): number {
  const before = process.threadCpuUsage();
  const startMs = performance.now();
  let spentUs = 0;
  while (spentUs < SPENT_US) {
    const { user, system } = process.threadCpuUsage(before);
    spentUs = user + system;
  }
  return Math.max(1, ((performance.now() - startMs) * 1000) / spentUs);
}

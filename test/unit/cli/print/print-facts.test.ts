import assert from "node:assert/strict";
import { formatFacts } from "../../../../agent/cli/print/print-facts.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import { factsForSize } from "../../../../agent/facts/predict-facts.ts";

const GIB = 2 ** 30;

describe("facts for people", () => {
  const facts = factsForSize(4 * GIB, 4);
  const print = (change: object): string =>
    formatFacts({ facts: { ...facts, ...change }, image: null, extras: {} }, choosePaint(false));

  it("say what a CPU quota counts as, and how NUMA nodes and swap are taken", () => {
    const text = print({ cpuQuota: 1.5, numaNodes: 2, swapBytes: 2 * GIB });
    assert.match(text, /^cpuQuota +1\.5: counts as 1 CPU$/m);
    assert.match(text, /^numaNodes +2: apps are tuned for all of them together /m);
    assert.match(text, /^swapBytes +2 GiB \(2147483648\): never counted as memory /m);
    assert.match(print({ cpuQuota: 0.5 }), /^cpuQuota +0\.5: counts as 1 CPU/m);
    assert.match(print({ cpuQuota: 3.9 }), /^cpuQuota +3\.9: counts as 3 CPUs/m);
  });
  it("say that a type is burstable, and who uses GPUs", () => {
    const text = print({ cpuBaselinePercent: 22.5, gpus: 4 });
    assert.match(text, /^cpuBaselinePercent +22\.5: burstable baseline of each vCPU; apps are tuned for whole vCPUs$/m);
    assert.match(text, /^gpus +4: only expressions of custom use them$/m);
    assert.doesNotMatch(print({ gpus: 0 }), /custom/);
  });
  it("say nothing of a quota where there is no quota", () => assert.doesNotMatch(print({}), /: (counts|apps|never)/));
});

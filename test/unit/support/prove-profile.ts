// The promises that every profile makes, as properties: for the tests of single profiles.

import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../agent/tuning/compute-tuning.ts";
import type { Setting, Settings } from "../../../agent/tuning/profile/profile.ts";
import { allot, GIB, type Given, MIB, written } from "./alone.ts";

interface Proof {
  readonly profile: string;
  readonly given: fc.Arbitrary<Given>;
  /** What all settings together take at worst. */
  readonly worstBytes: (settings: Settings, given: Given) => number;
}

const memory = fc.oneof(
  fc.integer({ min: 256 * MIB, max: 1280 * MIB }),
  fc.integer({ min: 256 * MIB, max: 4 * GIB }),
  fc.integer({ min: 256 * MIB, max: 128 * GIB }),
  fc.integer({ min: 256 * MIB, max: 2 ** 45 }),
);
const moreMemory = fc.oneof(
  fc.integer({ min: 0, max: 4096 }),
  fc.integer({ min: 0, max: 64 * MIB }),
  fc.integer({ min: 0, max: 2 * GIB }),
  memory,
);
const vcpus = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 1024 }));
const machine = fc.record({ memory, moreMemory, vcpus, moreVcpus: fc.integer({ min: 0, max: 64 }), arm: fc.boolean() });

function tune(profile: string, memoryBytes: number, cpus: number, arm: boolean, given: Given): Settings | null {
  const cores = arm ? cpus : Math.max(1, Math.floor(cpus / 2));
  const architecture = arm ? "arm64" : "x86_64";
  const allotment = allot(memoryBytes, cpus, { cores, architecture });
  const result = tuneAlone(profile, allotment, written(profile, given));
  return result.kind === "tuned" ? result.settings : null;
}

/** Declares the tests of one profile's promises. */
export function provePromises({ profile, given, worstBytes }: Proof): void {
  const all = (check: (settings: Settings, memoryBytes: number, given: Given) => void): void =>
    fc.assert(
      fc.property(machine, given, (on, options) => {
        const settings = tune(profile, on.memory, on.vcpus, on.arm, options);
        if (settings !== null) check(settings, on.memory, options);
      }),
      { numRuns: 400 },
    );

  it("stays within its share at worst, with any options that fit", () =>
    all((settings, memoryBytes, options) => {
      const worst = worstBytes(settings, options);
      assert.ok(worst <= memoryBytes, `${worst} of ${memoryBytes}`);
    }));
  it("gives less of nothing with more memory or more CPUs", () => {
    fc.assert(
      fc.property(machine, given, (on, options) => {
        const before = tune(profile, on.memory, on.vcpus, on.arm, options);
        if (before === null) return;
        assertNoLess(before, tune(profile, on.memory + on.moreMemory, on.vcpus, on.arm, options));
        assertNoLess(before, tune(profile, on.memory, on.vcpus + on.moreVcpus, on.arm, options));
      }),
      { numRuns: 1000 },
    );
  });
  it("explains every name of its formulas, and has whole, finite numbers", () =>
    all((settings) => Object.entries(settings).forEach(([name, setting]) => assertExplained(name, setting))));
}

function assertNoLess(before: Settings, after: Settings | null): void {
  assert.ok(after, "the larger machine is refused");
  assert.deepEqual(Object.keys(after), Object.keys(before));
  for (const [name, { value }] of Object.entries(before)) {
    const larger = after[name]!.value;
    if (typeof value !== "number") continue;
    assert.ok(typeof larger === "number" && larger >= value, `${name} falls from ${value} to ${larger}`);
  }
}

function assertExplained(name: string, { value, text, formula, inputs, source }: Setting): void {
  assert.match(name, /^[a-zA-Z_]\w*$/);
  assert.doesNotMatch(text, /NaN|Infinity|undefined|null|e\+/);
  if (typeof value === "number") assert.ok(Number.isSafeInteger(value) && value >= 0, `${name} is ${value}`);
  const names = formula.match(/\b(?:[a-z]+[A-Z]\w*|vcpus)\b(?!\()/g) ?? [];
  for (const word of names) assert.ok(word in inputs, `${name}: '${word}' of '${formula}' is not explained`);
  for (const input of Object.keys(inputs))
    assert.match(formula, new RegExp(`\\b${input}\\b`), `${name} has no use for '${input}'`);
  for (const input of Object.values(inputs)) assert.ok(typeof input === "string" || Number.isFinite(input));
  assert.ok(source.length > 0);
}

import assert from "node:assert/strict";
import type { OptionValue } from "../../../agent/config/config.ts";
import { computeTuning, tuneAlone } from "../../../agent/tuning/compute-tuning.ts";
import { allot, GIB } from "../support/alone.ts";
import { app, machine } from "../support/any-image.ts";

const ALLOTMENT = allot(GIB, 2);

describe("what makes an app smaller", () => {
  const rows: readonly (readonly [string, Record<string, OptionValue>, advice: string])[] = [
    ["jvm", { heap: "4GiB" }, "lower the option heap."],
    ["jvm", { heap: "4GiB", metaspace: "2GiB" }, "lower the options metaspace or heap."],
    ["mysql", { bufferPool: "8GiB" }, "lower the option bufferPool."],
    ["postgresql", { connections: 100_000 }, "lower the option connections."],
    ["elasticsearch", { heap: "4GiB" }, "lower the option heap."],
    ["redis", { maxmemory: "2GiB" }, "lower the option maxmemory."],
  ];
  for (const [profile, options, advice] of rows) {
    it(`is what was given and takes it up: ${profile} with ${Object.keys(options).join(" and ")}`, () => {
      const result = tuneAlone(profile, ALLOTMENT, options);
      assert.equal(result.kind, "impossible");
      assert.equal(result.problems[0]!.fix, `Give it more memory, or ${advice}`);
    });
  }

  it("is what the profile advises where nothing was given", () => {
    const result = tuneAlone("jvm", { ...ALLOTMENT, memoryBytes: 1 }, {});
    assert.equal(result.kind, "impossible");
    assert.equal(
      result.problems[0]!.fix,
      "Give it more memory, or lower the options threads, codeCache or loadedClasses.",
    );
  });

  it("is memory.min where that asks for more than the profile", () => {
    const memory = { weight: 1, minBytes: 900 * GIB, maxBytes: null };
    const apps = [app("db", "postgresql", { memory, options: { connections: 500 } })];
    const reserve = { memory: { kind: "share", share: 0.05, minBytes: 0, maxBytes: Infinity } } as const;
    const result = computeTuning({ reserve, secretsSizeBytes: 0, apps }, machine(8 * GIB, 2));
    assert.equal(result.kind, "impossible");
    assert.match(result.problems[0]!.fix, / To make db smaller, lower its memory\.min\.$/);
  });
});

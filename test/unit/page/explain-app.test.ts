import assert from "node:assert/strict";
import fc from "fast-check";
import { factsForSize } from "../../../agent/facts/predict-facts.ts";
import type { PageConfig } from "../../../agent/page/draft.ts";
import { explainSteps, findChanges, type ShareStep } from "../../../agent/page/explain-app.ts";
import { computeTuning, type Tuned } from "../../../agent/tuning/compute-tuning.ts";
import { GIB } from "../support/alone.ts";
import { anyImage, anyMemory, anyVcpus, app, image } from "../support/any-image.ts";

const CONFIG: PageConfig = {
  ...image(app("db", "postgresql"), app("web", "nginx"), app("kernel", "sysctl")),
  secretsSizeBytes: 2 ** 20,
  architectures: [],
};
const FACTS = factsForSize(8 * GIB, 2);

function tune(config: PageConfig, facts = FACTS): Tuned | null {
  const tuning = computeTuning(config, facts);
  return tuning.kind === "tuned" ? tuning : null;
}

function stepsOf(name: string): ShareStep[] {
  const tuning = tune(CONFIG)!;
  return explainSteps(
    CONFIG,
    FACTS,
    tuning,
    tuning.apps.find((each) => each.name === name)!,
  );
}

describe("how an app came to its share", () => {
  it("is told from the machine's memory down, step by step", () => {
    const whats = stepsOf("web").map(({ what }) => what);
    assert.deepEqual(whats, [
      "the machine",
      "− reserve",
      "− secrets",
      "= for all apps",
      "its part by weight",
      "− more than it can use",
      "= its share",
    ]);
    assert.match(stepsOf("db").at(-2)!.what, /^\+ what others can't use$/);
    assert.match(stepsOf("web").at(-1)!.why, /^it needs .* and can use .*; its cap decides$/);
    assert.match(stepsOf("db").at(-1)!.why, /and can always use more$/);
  });

  it("is not told of an app that takes none", () => assert.deepEqual(stepsOf("kernel"), []));

  it("adds up, for any image", () => {
    fc.assert(
      fc.property(anyImage, anyMemory, anyVcpus, (any, memoryBytes, vcpus) => {
        const [config, facts] = [{ ...any, architectures: [] }, factsForSize(memoryBytes, vcpus)];
        const tuning = tune(config, facts);
        for (const each of tuning?.apps ?? []) {
          const steps = new Map(
            explainSteps(config, facts, tuning!, each).map((step) => [step.what, step.memoryBytes] as const),
          );
          if (steps.size === 0) continue;
          const of = (what: string): number => steps.get(what) ?? 0;
          assert.equal(
            of("the machine") - of("− reserve") - of("− huge pages") - of("− secrets"),
            of("= for all apps"),
          );
          if (!steps.has("its part by weight")) continue;
          const share = of("its part by weight") - of("− more than it can use") + of("+ what others can't use");
          assert.equal(share, of("= its share"));
        }
      }),
    );
  });
});

describe("what would change a setting", () => {
  it("is what explain finds: memory, CPUs and options", () => {
    const levers = findChanges(CONFIG, tune(CONFIG)!, "db", "work_mem")!;
    assert.notEqual(levers.withTwiceTheMemory, null);
    assert.ok(levers.options.some(({ name }) => name === "workload"));
  });

  it("is nothing for an app that is not there", () =>
    assert.equal(findChanges(CONFIG, tune(CONFIG)!, "other", "work_mem"), null));
});

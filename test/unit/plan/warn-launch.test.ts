import assert from "node:assert/strict";
import type { Facts } from "../../../agent/facts/facts.ts";
import { isFlaw, parseTypePattern } from "../../../agent/names/type-pattern.ts";
import { warnLaunch } from "../../../agent/plan/warn-launch.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { SOME_FACTS } from "../support/some-facts.ts";

const at = { file: "parbake.yaml", line: 1, column: 12 };

function warn(
  patterns: readonly string[],
  instanceType: string | null,
  source: "imds" | "option" | "stand-in",
): string[] {
  const launchOn = patterns.map((text) => {
    const pattern = parseTypePattern(text);
    return isFlaw(pattern) ? assert.fail(pattern.what) : { pattern, at };
  });
  const facts: Facts = { ...SOME_FACTS, instanceType, origins: { instanceType: { source, detail: "" } } };
  return warnLaunch({ launchOn }, facts).map(formatProblem);
}

describe("an instance of a type that launchOn does not name", () => {
  it("is warned of by the patterns alone, for a type that no catalogue knows too", () => {
    const warning =
      "parbake.yaml:1:12: launchOn does not name m99z.large, the type of this instance: no bake has checked the image for it. " +
      "Add the type to launchOn and bake again, or launch one that it names.";
    assert.deepEqual(warn(["m7g.*", "r7i.large"], "m99z.large", "imds"), [warning]);
    assert.deepEqual(warn(["m7g.*", "m99z.{large..8xlarge}"], "m99z.large", "imds"), []);
  });
  it("is none where launchOn says nothing, IMDS was not asked, or somebody asks about another machine", () => {
    assert.deepEqual(warn([], "m5.large", "imds"), []);
    assert.deepEqual(warn(["m7g.*"], null, "imds"), []);
    assert.deepEqual(warn(["m7g.*"], "m5.large", "option"), []);
    assert.deepEqual(warn(["m7g.*"], "x0.large", "stand-in"), []);
  });
});

import assert from "node:assert/strict";
import { releaseAll } from "../../../agent/apply/release-units.ts";
import { isReady } from "../../../agent/apply/units/readiness.ts";
import { selectSteps } from "../../../agent/plan/select-steps.ts";
import { fileStep, makeScratch, planOf } from "../support/scratch.ts";

describe("the end of a run", () => {
  const plan = planOf(fileStep("/etc/api.conf", "1", { onChange: [{ action: "reload", unit: "api.service" }] }));

  it("releases every unit that lacks nothing, and names it", () => {
    const { root } = makeScratch();
    assert.deepEqual(releaseAll(plan, [], root), ["api.service"]);
    assert.equal(isReady(root, "api.service"), true);
  });

  it("releases and names none where it was of a part of the plan", () => {
    const { root } = makeScratch();
    assert.deepEqual(releaseAll(selectSteps(plan, "files"), [], root), []);
    assert.equal(isReady(root, "api.service"), false);
  });
});

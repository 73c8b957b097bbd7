import assert from "node:assert/strict";
import type { Plan } from "../../../agent/plan/plan.ts";
import { selectSteps } from "../../../agent/plan/select-steps.ts";
import { fileStep, planOf, secretStep, SECRETS_FOLDER } from "../support/scratch.ts";

const PLAN: Plan = planOf(
  { kind: "folder", path: "/srv", owner: "root", group: null, mode: 0o755 },
  secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
  fileStep(`${SECRETS_FOLDER}/app.env`, [{ reference: { secret: "db", key: "password" }, format: "env" }]),
  fileStep("/etc/tuned", "x", { isTuned: true }),
  fileStep("/etc/plain", "x"),
);

function selected(part: Parameters<typeof selectSteps>[1]): string[] {
  return selectSteps(PLAN, part).steps.map((step) => (step.kind === "secret" ? step.name : step.path));
}

describe("selectSteps", () => {
  it("takes folders with the files that may lie in them, and not with the secrets", () => {
    assert.deepEqual(selected("files"), ["/srv", "/etc/tuned", "/etc/plain"]);
    assert.deepEqual(selected("tuning"), ["/srv", "/etc/tuned"]);
    assert.deepEqual(selected("secrets"), ["db", `${SECRETS_FOLDER}/app.env`]);
  });

  it("marks what is only a part, so that nothing is taken for no longer declared", () => {
    assert.equal(selectSteps(PLAN, "tuning").part, "tuning");
    assert.equal(selectSteps(PLAN, null), PLAN);
  });
});

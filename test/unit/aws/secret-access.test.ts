import assert from "node:assert/strict";
import { accessFailure, checkAccess } from "../../../agent/aws/secret-access.ts";
import type { SecretDescription } from "../../../agent/aws/secret-description.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { stepOf } from "../support/open-source.ts";

const DESCRIPTION: SecretDescription = {
  arn: "arn",
  name: "prod/db",
  versionIds: { AWSCURRENT: "v2", AWSPREVIOUS: "v1" },
  isDeleted: false,
};

async function check(step: SecretStep, description: Partial<SecretDescription> = {}) {
  const [access] = await checkAccess([step], async () => ({ ...DESCRIPTION, ...description }), "eu-west-1");
  return { ...access!, problems: access!.problems.map(({ what, fix }) => `${what}. ${fix}`) };
}

const ARN = "arn:aws:secretsmanager:us-east-1:1:secret:x";

describe("checkAccess", () => {
  it("says which version would be fetched, and in which region", async () => {
    const found = { versionId: "v2", code: null, problems: [] };
    assert.deepEqual(await check(stepOf("prod/db")), { name: "db", id: "prod/db", region: "eu-west-1", ...found });
    const arn = stepOf(ARN, { region: "us-east-1" });
    assert.deepEqual(await check(arn), { name: "db", id: ARN, region: "us-east-1", ...found });
    assert.equal((await check(stepOf("prod/db", { version: { kind: "previous" } }))).versionId, "v1");
  });

  it("finds a stage that no version has, and says which there are", async () => {
    const { code, problems } = await check(stepOf("prod/db", { version: { kind: "stage", stage: "AWSPENDING" } }));
    assert.equal(code, "data");
    assert.deepEqual(problems, [
      "secret db (prod/db@AWSPENDING) has no version with this stage. It has AWSCURRENT, AWSPREVIOUS: correct the stage.",
    ]);
    const empty = await check(stepOf("prod/db"), { versionIds: {} });
    assert.match(empty.problems[0]!, /has no version at all: put a value/);
  });

  it("finds a secret that is scheduled for deletion", async () => {
    const { code, problems } = await check(stepOf("prod/db"), { isDeleted: true });
    assert.equal(code, "data");
    assert.match(problems[0]!, /scheduled for deletion/);
  });

  it("cannot tell of a pinned version that has no stage any more, and does not claim to", async () => {
    const pinned = (versionId: string) => stepOf("prod/db", { version: { kind: "pinned", versionId } });
    assert.deepEqual((({ versionId, code }) => [versionId, code])(await check(pinned("v1"))), ["v1", null]);
    assert.deepEqual((({ versionId, code }) => [versionId, code])(await check(pinned("v0"))), [null, null]);
  });

  it("goes on to the other secrets after one is refused, and ends with what a retry would not fix", async () => {
    const refuse = (code: "permission" | "unavailable") => new Refusal(code, { what: code, fix: "x." });
    const access = await checkAccess(
      [stepOf("a"), stepOf("b"), stepOf("c")],
      async ({ id }) => {
        if (id === "a") throw refuse("unavailable");
        if (id === "b") throw refuse("permission");
        return DESCRIPTION;
      },
      null,
    );
    assert.deepEqual(
      access.map(({ code }) => code),
      ["unavailable", "permission", null],
    );
    assert.equal(accessFailure(access), "permission");
    assert.equal(accessFailure(access.slice(0, 1)), "unavailable");
    assert.equal(accessFailure(access.slice(2)), null);
  });
});

import assert from "node:assert/strict";
import { isAllowed, type Policy, type Statement } from "../../../scripts/emulator/iam-policy.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3";
const REQUEST = {
  action: "secretsmanager:GetSecretValue",
  resource: SECRET,
  context: { "aws:RequestedRegion": "eu-west-1" },
};
const ALLOW: Statement = { Effect: "Allow", Action: REQUEST.action, Resource: SECRET };

function policyOf(...Statement: readonly Statement[]): Policy {
  return { Version: "2012-10-17", Statement };
}

function allows(...statements: readonly Statement[]): boolean {
  return isAllowed(policyOf(...statements), REQUEST);
}

describe("a policy in the emulator", () => {
  it("allows what a statement allows, and nothing else", () => {
    assert.equal(allows(), false);
    assert.equal(allows(ALLOW), true);
    assert.equal(allows({ ...ALLOW, Action: "secretsmanager:DescribeSecret" }), false);
    assert.equal(allows({ ...ALLOW, Resource: `${SECRET}x` }), false);
    assert.equal(allows({ ...ALLOW, Action: ["kms:Decrypt", "SecretsManager:getsecretvalue"] }), true);
  });

  it("denies what a statement denies, whatever another allows", () => {
    assert.equal(allows(ALLOW, { ...ALLOW, Effect: "Deny" }), false);
    assert.equal(allows(ALLOW, { ...ALLOW, Effect: "Deny", Resource: "arn:aws:s3:::x" }), true);
  });

  it("takes * for any text and ? for one character, and all else for itself", () => {
    const rows = [
      ["*", true],
      ["arn:aws:secretsmanager:*:123456789012:secret:prod/*", true],
      ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-??????", true],
      ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-?????", false],
      ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod.db-??????", false],
      ["secret:prod/*", false],
    ] as const;
    for (const [Resource, expected] of rows) assert.equal(allows({ ...ALLOW, Resource }), expected, Resource);
  });

  it("meets a condition by one of its values in each key, and never without the key", () => {
    const withCondition = (Condition: Statement["Condition"]): boolean =>
      allows({ ...ALLOW, ...(Condition && { Condition }) });
    assert.equal(withCondition({ StringEquals: { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] } }), true);
    assert.equal(withCondition({ StringEquals: { "aws:RequestedRegion": "eu-*" } }), false);
    assert.equal(withCondition({ StringLike: { "aws:RequestedRegion": "eu-*" } }), true);
    assert.equal(withCondition({ StringEquals: { "kms:ViaService": "*" } }), false);
    assert.equal(withCondition({ StringLike: { "aws:RequestedRegion": "eu-*", "kms:ViaService": "*" } }), false);
  });

  it("refuses to guess at what it does not know", () => {
    assert.throws(() => allows({ ...ALLOW, NotAction: "x" } as Statement), /a statement with NotAction/);
    const Condition = { NumericEquals: { "aws:RequestedRegion": "1" } };
    assert.throws(() => allows({ ...ALLOW, Condition }), /a condition with NumericEquals/);
    assert.throws(() => isAllowed({ ...policyOf(ALLOW), Version: "2008-10-17" }, REQUEST), /2008-10-17/);
  });
});

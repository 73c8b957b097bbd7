import assert from "node:assert/strict";
import { checkDescription, checkValue } from "../../../../agent/aws/secrets-manager/check-answer.ts";
import type { VersionInput } from "../../../../agent/aws/secrets-manager/secret-request.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3";
const VERSION = "00000000-0000-4000-8000-00000000000a";
const OTHER = "00000000-0000-4000-8000-00000000000b";
const GOOD = { ARN, Name: "prod/db", VersionId: VERSION, VersionStages: ["AWSCURRENT"], SecretString: "x" };

const ask = (id: string, answer: object, wanted: VersionInput = {}, region = "eu-west-1") => {
  const checked = checkValue({ id, region }, wanted, answer);
  return checked.kind === "good" ? "good" : checked.flaw;
};

describe("checkValue", () => {
  for (const id of ["prod/db", ARN, ARN.slice(0, -7)]) {
    it(`takes an answer to ${id}`, () => assert.equal(ask(id, GOOD), "good"));
  }

  it("takes a secret whose name ends like an ARN's tail, and one of another partition and account", () => {
    const name = "prod/db-abcdef";
    assert.equal(ask(name, { ...GOOD, Name: name, ARN: ARN.replace("prod/db", name) }), "good");
    const far = "arn:aws-us-gov:secretsmanager:us-gov-west-1:999999999999:secret:shared/key-AbCdEf";
    assert.equal(ask(far, { ...GOOD, Name: "shared/key", ARN: far }, {}, "us-gov-west-1"), "good");
  });

  const others: readonly (readonly [title: string, id: string, change: object])[] = [
    ["of another name", "prod/db", { Name: "prod/other", ARN: ARN.replace("prod/db", "prod/other") }],
    ["whose name and ARN differ", "prod/db", { ARN: ARN.replace("prod/db", "prod/other") }],
    ["of another region", "prod/db", { ARN: ARN.replace("eu-west-1", "us-east-1") }],
    ["of another account than the ARN's", ARN, { ARN: ARN.replace("123456789012", "999999999999") }],
    ["with another tail than the ARN's", ARN, { ARN: ARN.replace("a1B2c3", "zzzzzz") }],
    [
      "to a longer name than the ARN's start",
      ARN.slice(0, -7),
      { Name: "prod/db-2", ARN: ARN.replace("db-", "db-2-") },
    ],
    ["without a name", "prod/db", { Name: undefined }],
    ["without an ARN", "prod/db", { ARN: undefined }],
    ["whose name is no text", "prod/db", { Name: { toString: () => "prod/db" } }],
  ];
  for (const [title, id, change] of others) {
    it(`refuses an answer ${title}`, () => assert.equal(ask(id, { ...GOOD, ...change }), "answers for another secret"));
  }

  it("refuses an answer of another version or stage than was asked for", () => {
    const flaw = "answers for another version";
    assert.equal(ask("prod/db", GOOD, { VersionId: VERSION }), "good");
    assert.equal(ask("prod/db", GOOD, { VersionId: OTHER }), flaw);
    assert.equal(
      ask("prod/db", { ...GOOD, VersionStages: [] }, { VersionId: VERSION }),
      "good",
      "of no stage any more",
    );
    assert.equal(ask("prod/db", GOOD, { VersionStage: "AWSPREVIOUS" }), flaw);
    assert.equal(ask("prod/db", { ...GOOD, VersionStages: ["AWSPREVIOUS"] }), flaw, "the current one was asked for");
    assert.equal(
      ask("prod/db", { ...GOOD, VersionStages: ["a", "AWSPREVIOUS"] }, { VersionStage: "AWSPREVIOUS" }),
      "good",
    );
    for (const VersionStages of [undefined, "AWSCURRENT", { length: 1, 0: "AWSCURRENT" }])
      assert.equal(ask("prod/db", { ...GOOD, VersionStages }), flaw);
  });

  const ids = [
    "",
    "v1",
    "../../../../etc/cron.d/x".padEnd(40, "x"),
    `${VERSION}\n`,
    "x".repeat(65),
    "\u202E".repeat(36),
    5,
  ];
  for (const VersionId of ids) {
    it(`refuses the version id ${JSON.stringify(VersionId)}`, () => {
      assert.match(ask("prod/db", { ...GOOD, VersionId }), /^gives a version id that is not 32 to 64/);
    });
  }

  it("refuses an answer without a value, and one that is larger than any secret", () => {
    const { SecretString: _, ...rest } = GOOD;
    assert.equal(ask("prod/db", rest), "gives an answer without a value");
    assert.equal(ask("prod/db", { ...rest, SecretString: { a: 1 } }), "gives an answer without a value");
    assert.equal(ask("prod/db", { ...rest, SecretBinary: new Uint8Array(65_536) }), "good");
    assert.match(ask("prod/db", { ...rest, SecretBinary: new Uint8Array(65_537) }), /more than 64 KiB/);
    assert.equal(ask("prod/db", { ...rest, SecretString: "é".repeat(32_768) }), "good");
    assert.match(ask("prod/db", { ...rest, SecretString: "é".repeat(32_769) }), /more than 64 KiB/);
  });
});

describe("checkDescription", () => {
  const describeIt = (answer: object) => checkDescription({ id: "prod/db", region: "eu-west-1" }, answer);
  const BASE = { ARN, Name: "prod/db" };

  it("gives the version of each stage", () => {
    const VersionIdsToStages = { [VERSION]: ["AWSCURRENT", "blue"], [OTHER]: ["AWSPREVIOUS"] };
    assert.deepEqual(describeIt({ ...BASE, VersionIdsToStages, DeletedDate: new Date(0) }), {
      kind: "good",
      answer: {
        arn: ARN,
        name: "prod/db",
        versionIds: { AWSCURRENT: VERSION, blue: VERSION, AWSPREVIOUS: OTHER },
        isDeleted: true,
      },
    });
    assert.equal(describeIt(BASE).kind, "good", "a secret without a version");
  });

  const flaws: readonly (readonly [title: string, answer: object, flaw: RegExp])[] = [
    ["another secret", { ...BASE, Name: "prod/other" }, /another secret/],
    ["a version id of another form", { ...BASE, VersionIdsToStages: { v1: ["AWSCURRENT"] } }, /version id/],
    ["stages that are no list", { ...BASE, VersionIdsToStages: { [VERSION]: "AWSCURRENT" } }, /an invalid stage/],
    [
      "a stage of control characters",
      { ...BASE, VersionIdsToStages: { [VERSION]: ["a\u001B[2J"] } },
      /an invalid stage/,
    ],
    [
      "a stage of two versions",
      { ...BASE, VersionIdsToStages: { [VERSION]: ["AWSCURRENT"], [OTHER]: ["AWSCURRENT"] } },
      /a stage to two versions/,
    ],
  ];
  for (const [title, answer, flaw] of flaws) {
    it(`refuses ${title}`, () => {
      const checked = describeIt(answer);
      assert.match(checked.kind === "flaw" ? checked.flaw : "good", flaw);
    });
  }
});

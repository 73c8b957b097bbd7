import assert from "node:assert/strict";
import { isAccountName } from "../../../agent/names/account-name.ts";
import { adviseConfigName, isConfigName } from "../../../agent/names/config-name.ts";
import { isCredentialName } from "../../../agent/names/credential-name.ts";
import { isSecretId, isStage, isVersionId, regionOfArn } from "../../../agent/names/secret-id.ts";

function each(verb: string, texts: readonly string[], isGood: (text: string) => boolean, expected: boolean): void {
  for (const text of texts)
    it(`${verb} ${JSON.stringify(text.slice(0, 90))}`, () => assert.equal(isGood(text), expected));
}

const ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

describe("a secret's id", () => {
  const good = [
    "prod/db",
    "A_b+c=d.e@f-g/h",
    "rds!db-0a1b2c3d-1111-2222-3333-444455556666",
    "rds!cluster-0a1b2c3d-1111-2222-3333-444455556666",
    "events!connection/my-api/0a1b2c3d-1111-2222-3333-444455556666",
    "redshift!prod-admin",
    "opsworks-cm!chef/starter",
    "sqlworkbench!0a1b2c3d-1111-2222-3333-444455556666",
    "appflow!123-con-1",
    "databrew!default",
    "datasync!loc-0a1b2c",
    "directconnect!prod/macsec",
    "a".repeat(512),
    `${ARN}prod/db-a1B2c3`,
    `${ARN}prod/db`,
    `${ARN}rds!db-0a1b2c3d-1111-2222-3333-444455556666-AbCdEf`,
    `${ARN}${"a".repeat(512)}-AbCdEf`,
    "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:x-AbCdEf",
    "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:x-AbCdEf",
    "arn:aws-iso:secretsmanager:us-iso-east-1:123456789012:secret:x-AbCdEf",
    "arn:aws-iso-b:secretsmanager:us-isob-east-1:123456789012:secret:x-AbCdEf",
    "arn:aws-iso-e:secretsmanager:eu-isoe-west-1:123456789012:secret:x-AbCdEf",
    "arn:aws-eusc:secretsmanager:eusc-de-east-1:123456789012:secret:x-AbCdEf",
  ];
  each("may be", good, isSecretId, true);
  const bad = [
    "",
    "prod db",
    "prod/db\n",
    "prod:db",
    "prod/dé",
    "a".repeat(513),
    ARN,
    `${ARN}a b`,
    `${ARN}${"a".repeat(520)}`,
    "arn:aws:secretsmanager:eu-west-1:123456789012:prod/db",
    "arn:aws:secretsmanager:Europe:123456789012:secret:x-AbCdEf",
    "arn:aws:secretsmanager:eu-west-1:1234:secret:x-AbCdEf",
    "arn:aws:ssm:eu-west-1:123456789012:parameter/x",
    "ARN:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf",
  ];
  each("may not be", bad, isSecretId, false);

  it("has its region in its ARN", () => {
    assert.equal(regionOfArn(`${ARN}rds!db-1-AbCdEf`), "eu-west-1");
    assert.equal(regionOfArn("prod/db"), null);
  });
  it("goes with a version id or a stage", () => {
    assert.equal(isVersionId("00000000-0000-4000-8000-000000000000"), true);
    assert.equal(isVersionId("../../../../../../../../../../../../x"), false);
    assert.deepEqual(["AWSPENDING", "mine", "AWSCURENT", "aws", "a b", ""].map(isStage), [
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("a name of the config", () => {
  each("may be", ["db", "DB", "apiGateway", "My-App_2", "a".repeat(63)], isConfigName, true);
  const bad = [
    "",
    "2fa",
    "-db",
    "_db",
    "my app",
    "my.app",
    "db/x",
    "dé",
    "constructor",
    "toString",
    "prototype",
    "a".repeat(64),
  ];
  each("may not be", bad, isConfigName, false);
  it("is told why it may not", () => {
    assert.match(
      adviseConfigName("my.app"),
      /letter, then letters, digits, - or _; 63 at most: templates use it between dots/,
    );
    assert.match(adviseConfigName("toString"), /JavaScript reserves it/);
  });
});

describe("an account's name", () => {
  const good = [
    "root",
    "www-data",
    "_apt",
    "Admin",
    "svc$",
    "CORP\\jane",
    "jane.doe@example.com",
    "0",
    "4294967294",
    "3proxy",
  ];
  each("may be", good, isAccountName, true);
  const bad = [
    "",
    "a:b",
    "a b",
    "-x",
    "+x",
    "a\nb",
    "a/b",
    "..",
    "1e3",
    "0x10",
    "5.",
    "1.5",
    "4294967295",
    "0100",
    "99999999999",
  ];
  each("may not be", bad, isAccountName, false);
});

describe("a credential's name", () => {
  each("may be", ["db.password", "DB_password", "a-b"], isCredentialName, true);
  each("may not be", ["", ".x", "-x", "a/b", "a b", "a".repeat(101)], isCredentialName, false);
});

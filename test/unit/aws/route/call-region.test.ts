import assert from "node:assert/strict";
import { fetchCredentials } from "../../../../agent/aws/fetch-credentials.ts";
import { chooseRegion, differsFromInstance } from "../../../../agent/aws/route/call-region.ts";
import { formatProblem, Refusal } from "../../../../agent/refusal.ts";

describe("the region that is asked", () => {
  it("is the environment's, by AWS_REGION first, else the instance's, and is never guessed", () => {
    const both = { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-west-2" };
    assert.deepEqual(chooseRegion(both, "eu-west-1"), { region: "us-east-1", variable: "AWS_REGION" });
    const second = { AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" };
    assert.deepEqual(chooseRegion(second, null), { region: "us-west-2", variable: "AWS_DEFAULT_REGION" });
    assert.deepEqual(chooseRegion({}, "eu-west-1"), { region: "eu-west-1", variable: null });
    assert.deepEqual(chooseRegion({}, null), { region: null, variable: null });
  });

  it("is warned of where IMDS says another, with both named", () => {
    const call = chooseRegion({ AWS_REGION: "us-east-1" }, "eu-west-1");
    assert.match(
      formatProblem(differsFromInstance(call, "eu-west-1")!),
      /^AWS_REGION is "us-east-1", and IMDS says that the instance is in eu-west-1: .*\. Unset AWS_REGION/,
    );
    assert.equal(differsFromInstance(call, "us-east-1"), null);
    assert.equal(differsFromInstance(call, null), null);
    assert.equal(differsFromInstance(chooseRegion({}, "eu-west-1"), "eu-west-1"), null);
  });
});

describe("the credentials", () => {
  const ROLE = { accessKeyId: "ASIAROLE", secretAccessKey: "s" };
  const fetch = (environment: Readonly<Record<string, string>>) => fetchCredentials(environment, async () => ROLE);

  it("are the environment's where it has a key, and say so; else the role's", async () => {
    const environment = { AWS_ACCESS_KEY_ID: "AKIASTRAY", AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "" };
    const expected = { accessKeyId: "AKIASTRAY", secretAccessKey: "s", origin: "environment" };
    assert.deepEqual(await fetch(environment), expected);
    assert.deepEqual(await fetch({ AWS_PROFILE: "other", AWS_WEB_IDENTITY_TOKEN_FILE: "/x" }), ROLE);
  });

  const refused: readonly (readonly [environment: Readonly<Record<string, string>>, message: RegExp])[] = [
    [{ AWS_ACCESS_KEY_ID: "A" }, /^only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set/],
    [{ AWS_ACCESS_KEY_ID: "A\n", AWS_SECRET_ACCESS_KEY: "s" }, /^AWS_ACCESS_KEY_ID has characters that no access key/],
    [{ AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "hunter2 x" }, /^AWS_SECRET_ACCESS_KEY has characters/],
    [
      { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "s", AWS_SESSION_TOKEN: "hunter2\r\n" },
      /^AWS_SESSION_TOKEN has characters/,
    ],
  ];
  for (const [environment, message] of refused) {
    it(`are refused where ${String(message).slice(2, 50)}…`, async () => {
      await assert.rejects(fetch(environment), (error) => {
        assert.ok(error instanceof Refusal);
        assert.equal(error.code, "usage");
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    });
  }
});

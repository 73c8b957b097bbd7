import assert from "node:assert/strict";
import { startDeadline } from "../../../agent/deadline.ts";
import { fetchRoleCredentials } from "../../../agent/facts/fetch-role-credentials.ts";
import { createImdsClient } from "../../../agent/facts/imds/imds-client.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { type Reply, type Script, startScriptedImds, withTokens, withValues } from "../support/scripted-imds.ts";

const LIST = "/latest/meta-data/iam/security-credentials/";
const DOCUMENT = {
  Code: "Success",
  LastUpdated: "2026-11-25T10:00:00Z",
  Type: "AWS-HMAC",
  AccessKeyId: "ASIAEXAMPLE",
  SecretAccessKey: "S3CRETkey",
  Token: "S3CRETtoken",
  Expiration: "2026-11-25T16:00:00Z",
};

describe("the role's credentials", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });

  async function fetchFrom(script: Script, deadlineMs = 5_000) {
    const imds = await startScriptedImds(script);
    const deadline = startDeadline(deadlineMs);
    const client = createImdsClient({ endpoints: [imds.endpoint], deadline, log: () => {}, random: () => 0 });
    open.push(imds, client);
    return fetchRoleCredentials(client);
  }

  async function refusal(script: Script): Promise<string> {
    const error: unknown = await fetchFrom(script, 150).catch((reason: unknown) => reason);
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.code, "unavailable");
    assert.doesNotMatch(`${error.message} ${String(error.stack)} ${String(error.cause)}`, /S3CRET/);
    return error.message;
  }

  it("are what the document says, and nothing else that is in it, such as the account", async () => {
    for (const document of [DOCUMENT, { ...DOCUMENT, AccountId: "123456789012" }]) {
      const credentials = await fetchFrom(serving(() => ({ status: 200, body: JSON.stringify(document) })));
      assert.deepEqual(credentials, {
        role: "web-role",
        accessKeyId: "ASIAEXAMPLE",
        secretAccessKey: "S3CRETkey",
        sessionToken: "S3CRETtoken",
        expiration: new Date("2026-11-25T16:00:00Z"),
      });
    }
  });

  it("are waited for while the role, then the document is 404, then its code is no success", async () => {
    const script = withTokens(({ path }, earlier) => {
      if (path === LIST) return earlier < 3 ? { status: 404 } : { status: 200, body: "web-role" };
      if (path !== `${LIST}web-role`) return undefined;
      if (earlier < 3) return { status: 404 };
      const document = earlier < 6 ? { Code: "AssumeRoleUnauthorizedAccess" } : DOCUMENT;
      return { status: 200, body: JSON.stringify(document) };
    });
    assert.equal((await fetchFrom(script)).accessKeyId, "ASIAEXAMPLE");
  });

  it("are refused with the remedy where the instance has no role until the deadline", async () => {
    assert.match(await refusal(withValues({})), /this instance has no role.*associate-iam-instance-profile/);
  });

  it("are refused where the role's document stays away", async () => {
    assert.match(
      await refusal(serving(() => ({ status: 404 }))),
      /no credentials for the role web-role: it gives nothing/,
    );
  });

  it("are refused with the code that the document stays at", async () => {
    const body = JSON.stringify({ Code: "AssumeRoleUnauthorizedAccess", Message: "S3CRET" });
    assert.match(
      await refusal(serving(() => ({ status: 200, body }))),
      /the code AssumeRoleUnauthorizedAccess.*trust policy/,
    );
  });

  it("are refused where the role's name is invalid, and no part of it is shown: it may be a credential", async () => {
    const script = withValues({ "iam/security-credentials/": "../../../etc" });
    assert.match(
      await refusal(script),
      /IMDS gives 12 characters for iam\/security-credentials\/, which is not the name of one role/,
    );
  });

  const broken: readonly [title: string, body: string, message: RegExp][] = [
    ["that is cut off", '{"Code":"Success","SecretAccessKey":"S3CRET', /is not JSON/],
    ["that is no object", '"S3CRET"', /is not a JSON object/],
    ["without a key", JSON.stringify({ ...DOCUMENT, SecretAccessKey: undefined }), /has no SecretAccessKey/],
    ["with an empty token", JSON.stringify({ ...DOCUMENT, Token: "" }), /has no Token/],
    [
      "with an invalid date",
      JSON.stringify({ ...DOCUMENT, Expiration: "S3CRET" }),
      /has an Expiration that is not a date/,
    ],
  ];
  for (const [title, body, message] of broken) {
    it(`are refused from a document ${title}, of which nothing is shown`, async () => {
      assert.match(await refusal(serving(() => ({ status: 200, body }))), message);
    });
  }
});

function serving(document: (earlier: number) => Reply): Script {
  return withTokens(({ path }, earlier) => {
    if (path === LIST) return { status: 200, body: "web-role" };
    return path === `${LIST}web-role` ? document(earlier) : undefined;
  });
}

// What a person reads at three in the morning: one line for each way in which AWS says no, whole.

import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../../../scripts/emulator/emulator.ts";
import type { FaultAction } from "../../../../scripts/emulator/faults.ts";
import { CANARY, openSource, refusalOf, stepOf, VALID } from "../../support/open-source.ts";

const SUBJECT = "secret db (prod/db in eu-west-1): ";
const ACTION = "secretsmanager:GetSecretValue";
const RESOURCE = "arn:aws:secretsmanager:eu-west-1:*:secret:prod/db-??????";

/** As IAM words it; the caller and the ARN are the service's own, and are not to be shown. */
const DENIED = `User: arn:aws:sts::999999999999:assumed-role/${CANARY}/i-0 is not authorized to perform: ${ACTION} on resource: ${CANARY}`;

const DENIALS: readonly (readonly [title: string, message: string, line: string])[] = [
  [
    "no policy of the role's",
    `${DENIED} because no identity-based policy allows the ${ACTION} action`,
    `the instance's role web may not call ${ACTION} on ${RESOURCE}. Allow it in a policy of the role's; a secret of another account must allow it in its own policy, too. If they do, look for a deny in them, in the VPC endpoint's policy and in the SCPs.`,
  ],
  [
    "a deny in the role's own policy",
    `${DENIED} with an explicit deny in an identity-based policy: arn:aws:iam::999999999999:policy/${CANARY}`,
    `a policy of its own denies the instance's role web to call ${ACTION} on ${RESOURCE}. Take the deny out, or its condition: what else allows it does not count.`,
  ],
  [
    "the key of KMS",
    "Access to KMS is not allowed",
    `the instance's role web may not decrypt with the KMS key of ${RESOURCE}. Allow it kms:Decrypt on that key, in a policy of the role's and in the key's own; the key aws/secretsmanager serves no other account.`,
  ],
  [
    "the policy of a VPC endpoint, which does not allow it",
    `${DENIED} because no VPC endpoint policy allows the ${ACTION} action`,
    `the policy of the VPC endpoint does not let the instance's role web call ${ACTION} on ${RESOURCE}. Allow that in the policy of the endpoint com.amazonaws.eu-west-1.secretsmanager (aws ec2 modify-vpc-endpoint).`,
  ],
  [
    "the policy of a VPC endpoint, which denies it",
    `${DENIED} with an explicit deny in a VPC endpoint policy`,
    `the policy of the VPC endpoint does not let the instance's role web call ${ACTION} on ${RESOURCE}. Allow that in the policy of the endpoint com.amazonaws.eu-west-1.secretsmanager (aws ec2 modify-vpc-endpoint).`,
  ],
  [
    "the organization",
    `${DENIED} with an explicit deny in a service control policy`,
    `a service control policy (SCP) of the organization forbids the instance's role web to call ${ACTION} on ${RESOURCE}. Ask whoever manages the organization: no policy of this account can allow it.`,
  ],
  [
    "a permissions boundary",
    `${DENIED} because no permissions boundary allows the ${ACTION} action`,
    `the permissions boundary does not let the instance's role web call ${ACTION} on ${RESOURCE}. Allow that in the boundary, too (aws iam get-role names it).`,
  ],
  [
    "the secret's own policy",
    `${DENIED} with an explicit deny in a resource-based policy`,
    `the policy of ${RESOURCE} itself does not let the instance's role web call ${ACTION}. Change that policy: aws secretsmanager get-resource-policy shows it.`,
  ],
];

describe("a refusal of Secrets Manager's, as it is told", () => {
  let emulator: Emulator;

  beforeEach(async () => {
    const versions = [{ string: `{"password":"${CANARY}"}` }];
    emulator = await startEmulator({ world: { secrets: [{ name: "prod/db", versions }] } });
  });
  afterEach(async () => {
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  async function tell(action: FaultAction, batch = false, id = "prod/db"): Promise<string> {
    emulator.setFaults([{ match: { service: "secretsmanager", operation: "GetSecretValue" }, do: action }]);
    const fetchCredentials = async () => ({ ...VALID, role: "web" });
    const { source } = openSource(emulator.endpoint, { random: () => 0, deadlineMs: 300, batch, fetchCredentials });
    const refusal = await refusalOf(source.fetchSecret(stepOf(id)));
    source.close();
    assert.equal(refusal.isRetryable, true);
    return refusal.message;
  }

  for (const [title, message, line] of DENIALS)
    it(`names what forbids it: ${title}, and nothing of the message`, async () =>
      assert.equal(
        await tell({ kind: "status", status: 400, errorCode: "AccessDeniedException", message }),
        SUBJECT + line,
      ));

  it("names a secret by its ARN where the config does", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf";
    const said = await tell({ kind: "status", status: 400, errorCode: "AccessDeniedException" }, false, arn);
    assert.match(said, new RegExp(`may not call ${ACTION} on ${arn}\\. Allow`));
  });

  it("tells how often it was tried where the account is throttled", async () => {
    const said = await tell({ kind: "throttle", perSecond: 0 });
    assert.match(
      said,
      /^secret db \(prod\/db in eu-west-1\): Secrets Manager is throttling this account, after \d+ tries until the deadline\. Spread the starts: /,
    );
  });

  it("says of credentials that run out again and again that new ones did not help", async () =>
    assert.equal(
      await tell({ kind: "status", status: 400, errorCode: "ExpiredTokenException" }),
      `${SUBJECT}the credentials have expired, and new ones did not help. Check the instance's clock and its role.`,
    ));

  it("tells a page of something in between, with a status of its own, from an answer of AWS's", async () =>
    assert.match(
      await tell({ kind: "status", status: 403, body: "<html>blocked</html>", errorCode: "x" }),
      /: 127\.0\.0\.1:\d+ answers 403 \(\w+.*\)\. Look for a proxy in between, and at AWS_ENDPOINT_URL_SECRETS_MANAGER/,
    ));

  it("tells the same of a secret in a batch", async () => {
    const access = { ...VALID, token: VALID.sessionToken ?? null, state: "valid" as const };
    const allow = { Effect: "Allow", Action: "secretsmanager:*", Resource: "*" } as const;
    emulator.setWorld({
      access: [{ ...access, policy: { Version: "2012-10-17", Statement: [allow] } }],
      secrets: [{ name: "prod/db", kmsKeyArn: "arn:aws:kms:eu-west-1:1:key/1", versions: [{ string: "x" }] }],
    });
    const { source } = openSource(emulator.endpoint, { batch: true });
    const refusal = await refusalOf(source.fetchSecret(stepOf("prod/db")));
    source.close();
    assert.match(
      refusal.message,
      /the instance's role may not decrypt with the KMS key of arn:aws:secretsmanager:eu-w/,
    );
  });
});

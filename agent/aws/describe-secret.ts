// What Secrets Manager says of a secret without its value: which version has which stage. Needs no right to read it.

import { DescribeSecretCommand, type DescribeSecretCommandOutput } from "@aws-sdk/client-secrets-manager";
import { callService, refusalOf, type CallContext } from "./call-service.ts";
import type { SecretDescription } from "./secret-description.ts";
import type { SecretReference } from "./secret-reference.ts";

/** @throws Refusal that names the secret: denied, not there, or no answer */
export async function describeSecret(reference: SecretReference, context: CallContext): Promise<SecretDescription> {
  const { id, region, subject } = reference;
  const outcome = await callService<DescribeSecretCommandOutput>(
    {
      subject,
      region,
      operation: "DescribeSecret",
      send: async (client, options) => {
        const answer = await client.send(new DescribeSecretCommand({ SecretId: id }), options);
        return answer.ARN === undefined ? null : answer;
      },
    },
    context,
  );
  if (outcome.kind === "failed") throw refusalOf(subject, outcome.failure);
  const { ARN, Name, VersionIdsToStages, DeletedDate } = outcome.answer;
  const versions = Object.entries(VersionIdsToStages ?? {});
  return {
    arn: ARN ?? "",
    name: Name ?? "",
    versionIds: Object.fromEntries(
      versions.flatMap(([versionId, stages]) => stages.map((stage) => [stage, versionId])),
    ),
    isDeleted: DeletedDate !== undefined,
  };
}

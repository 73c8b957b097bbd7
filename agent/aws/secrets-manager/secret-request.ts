// A planned secret as Secrets Manager is asked for it: where, which version, and what to call it when that fails.

import { isArn, isRegion, partitionOf } from "../../names/secret-id.ts";
import type { SecretStep } from "../../plan/plan.ts";
import { secretLabel } from "../../plan/secret-label.ts";
import { Refusal } from "../../refusal.ts";
import type { CallRegion } from "../route/call-region.ts";

export interface SecretRequest {
  readonly step: SecretStep;
  readonly id: string;
  readonly region: string;
  /** As a policy of IAM's names it: `arn:aws:secretsmanager:eu-west-1:*:secret:prod/db-??????`. */
  readonly resource: string;
  /** `secret db (prod/db@AWSPENDING in eu-west-1)`, `secret db (prod/db in us-east-1, by AWS_REGION)` */
  readonly subject: string;
}

/** @throws Refusal `unavailable` where no region is known: one that is guessed would be another account's wrong secret */
export function buildRequest(step: SecretStep, call: CallRegion): SecretRequest {
  const own = step.region ?? (isArn(step.id) ? (step.id.split(":")[3] ?? "") : null);
  const [region, variable] = own === null ? [call.region, call.variable] : [own, null];
  if (!region) {
    const what = `secret ${step.name}: no region is known to ask for ${step.id}`;
    throw new Refusal("unavailable", { what, fix: "Let IMDS answer, or set AWS_REGION or the secret's region." });
  }
  // It becomes a part of a host name.
  if (!isRegion(region)) {
    const what = `secret ${step.name}: ${variable ?? "its region"} is ${JSON.stringify(region.slice(0, 40))}, which is not a region`;
    throw new Refusal("usage", { what, fix: "Write it as AWS does: eu-west-1." });
  }
  const place = variable === null ? region : `${region}, by ${variable}`;
  const subject = `secret ${step.name} (${secretLabel(step)} in ${place})`;
  return { step, id: step.id, region, resource: resourceOf(step.id, region), subject };
}

// Whose account it is, and the six characters that AWS adds to a name, only AWS knows.
function resourceOf(id: string, region: string): string {
  return isArn(id) ? id : `arn:${partitionOf(region)}:secretsmanager:${region}:*:secret:${id}-??????`;
}

/** The fields of GetSecretValue's request that say which version. */
export function versionInput({ version }: SecretStep): VersionInput {
  if (version === undefined) return {};
  switch (version.kind) {
    case "stage":
      return { VersionStage: version.stage };
    case "pinned":
      return { VersionId: version.versionId };
    case "previous":
      return { VersionStage: "AWSPREVIOUS" };
  }
}

/** The fields of GetSecretValue's request that say which version. */
export interface VersionInput {
  readonly VersionStage?: string;
  readonly VersionId?: string;
}

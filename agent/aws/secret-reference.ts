// A planned secret as Secrets Manager is asked for it: where, which version, and what to call it when that fails.

import type { SecretStep } from "../plan/plan.ts";
import { secretLabel } from "../plan/secret-label.ts";
import { Refusal } from "../refusal.ts";
import { REGION } from "./region.ts";

export interface SecretReference {
  readonly step: SecretStep;
  readonly id: string;
  readonly region: string;
  /** `secret db (prod/db@AWSPENDING in eu-west-1)` */
  readonly subject: string;
}

/** @throws Refusal `unavailable` where no region is known: one that is guessed would be another account's wrong secret */
export function referTo(step: SecretStep, instanceRegion: string | null): SecretReference {
  const region = step.region ?? (step.id.startsWith("arn:") ? step.id.split(":")[3]! : instanceRegion);
  if (!region) {
    const what = `secret ${step.name}: no region is known to ask for ${step.id}`;
    throw new Refusal("unavailable", { what, fix: "Let IMDS answer, or set AWS_REGION or the secret's region." });
  }
  // It becomes a part of a host name.
  if (!REGION.test(region)) {
    const what = `secret ${step.name}: '${region.slice(0, 40)}' is no region`;
    throw new Refusal("usage", { what, fix: "Set AWS_REGION as AWS writes it: eu-west-1." });
  }
  return { step, id: step.id, region, subject: `secret ${step.name} (${secretLabel(step)} in ${region})` };
}

/** The fields of GetSecretValue's request that say which version. */
export function versionInput({ version }: SecretStep): { readonly VersionStage?: string; readonly VersionId?: string } {
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

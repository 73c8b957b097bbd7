// Which secret is meant: its name or ARN, the region that it is in, and the version. Pure.

import {
  adviseSecretId,
  AWS_STAGES,
  isArn,
  isRegion,
  isSecretId,
  isStage,
  isVersionId,
  regionOfArn,
} from "../../names/secret-id.ts";
import type { SecretVersion } from "../config.ts";
import type { Field } from "../yaml/field.ts";

export function parseId(field: Field | undefined): string | undefined {
  const id = field?.text();
  if (id !== undefined && !isSecretId(id))
    field?.refuse(`'${id.slice(0, 120)}' is not the ${isArn(id) ? "ARN" : "name"} of a secret`, adviseSecretId(id));
  return id;
}

/** The ARN's, which the config may repeat but not change; null: the instance's. */
export function regionOf(id: string | undefined, field: Field | undefined): string | null {
  const fromArn = regionOfArn(id ?? "");
  const region = field?.text();
  if (field === undefined || region === undefined) return fromArn;
  if (!isRegion(region)) field.refuse(`'${region}' is not a region`, "Write it as AWS does: eu-west-1.");
  else if (fromArn !== null && fromArn !== region)
    field.refuse(`the ARN is in ${fromArn}`, "Remove the region: an ARN names its own.");
  return region;
}

export function parseVersion(keys: ReadonlyMap<string, Field>): SecretVersion | undefined {
  const stage = parseStage(keys.get("stage"));
  const field = keys.get("version");
  if (!field) return stage === undefined || stage === "AWSCURRENT" ? undefined : { kind: "stage", stage };
  if (keys.has("stage"))
    field.refuse("cannot be combined with a stage", "Give one of them: a version id always means the same version.");
  const versionId = field.text();
  if (versionId === undefined) return undefined;
  if (!isVersionId(versionId))
    field.refuse(
      `'${versionId.slice(0, 80)}' is not a version id`,
      "Copy it: aws secretsmanager list-secret-version-ids.",
    );
  return { kind: "pinned", versionId };
}

function parseStage(field: Field | undefined): string | undefined {
  const stage = field?.text();
  if (stage !== undefined && !isStage(stage))
    field?.refuse(`'${stage.slice(0, 80)}' is not a stage`, `Write ${AWS_STAGES.join(", ")} or a label of your own.`);
  return stage;
}

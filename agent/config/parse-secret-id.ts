// Which secret is meant: its name or ARN, the region that it is in, and the version. Pure.

import { REGION } from "../aws/region.ts";
import { VERSION_ID } from "../aws/version-id.ts";
import type { SecretVersion } from "./config.ts";
import type { Field } from "./field.ts";

// What CreateSecret takes for a name (API reference), without the blanks that nobody means.
const NAME = /^[\w/+=.@-]{1,512}$/;
const ARN = /^arn:aws(?:-[a-z]+)*:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@-]{1,512}$/;
const AWS_STAGES = ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"];

export function parseId(field: Field | undefined): string | undefined {
  const id = field?.text();
  if (id === undefined) return undefined;
  if (id.startsWith("arn:") && !ARN.test(id)) {
    const example = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3";
    field!.refuse(`'${id.slice(0, 120)}' is no ARN of a secret`, `Write it as AWS shows it: ${example}.`);
  } else if (!id.startsWith("arn:") && !NAME.test(id)) {
    field!.refuse(`'${id.slice(0, 120)}' is no name of a secret`, "Letters, digits and /_+=.@- are what it can have.");
  }
  return id;
}

/** The ARN's, which the config may repeat but not change; null: the instance's. */
export function regionOf(id: string | undefined, field: Field | undefined): string | null {
  const fromArn = ARN.exec(id ?? "")?.[1];
  const region = field?.text();
  if (region === undefined) return fromArn ?? null;
  if (!REGION.test(region)) field!.refuse(`'${region}' is no region`, "Write it as AWS does: eu-west-1.");
  else if (fromArn !== undefined && fromArn !== region)
    field!.refuse(`the ARN is of ${fromArn}`, "Take the region away: an ARN has its own.");
  return region;
}

export function parseVersion(keys: ReadonlyMap<string, Field>): SecretVersion | undefined {
  const stage = parseStage(keys.get("stage"));
  const field = keys.get("version");
  if (!field) return stage === undefined || stage === "AWSCURRENT" ? undefined : { kind: "stage", stage };
  if (keys.has("stage"))
    field.refuse("goes with no stage", "Give the version or the stage: a version is one for good.");
  const versionId = field.text();
  if (versionId === undefined) return undefined;
  if (!VERSION_ID.test(versionId))
    field.refuse(
      `'${versionId.slice(0, 80)}' is no version id`,
      "Copy it: aws secretsmanager list-secret-version-ids.",
    );
  return { kind: "pinned", versionId };
}

/** AWS's own labels, or one of the operator's; what begins like AWS's and is none of them is a slip. */
function parseStage(field: Field | undefined): string | undefined {
  const stage = field?.text();
  if (stage === undefined || AWS_STAGES.includes(stage)) return stage;
  if (/^aws/i.test(stage) || !/^[\w/+=.@-]{1,256}$/.test(stage)) {
    field!.refuse(`'${stage.slice(0, 80)}' is no stage`, `Write ${AWS_STAGES.join(", ")} or a label of your own.`);
  }
  return stage;
}

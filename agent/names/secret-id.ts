// How Secrets Manager names a secret, its versions and their stages. Pure.

// CreateSecret takes letters, digits and /_+=.@-. Names that AWS makes itself have a `!` after the service's: rds!db-0a1b….
export const SECRET_NAME = /^[\w/+=.@!-]{1,512}$/;

// The name in it may lack the hyphen and the six characters that AWS puts at its end.
export const SECRET_ARN = /^arn:aws(?:-[a-z]+)*:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@!-]{1,519}$/;

// In every partition: eu-west-1, us-gov-west-1, cn-north-1, us-isob-east-1, eusc-de-east-1.
export const REGION = /^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/;

// UUIDs as a rule; whoever creates a version may choose another of 32 to 64 characters (ClientRequestToken). It stands in
// reports, records and logs as it is.
export const VERSION_ID = /^[\w-]{32,64}$/;

export const AWS_STAGES = ["AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"] as const;
/** AWS's own labels, or one of the operator's; a label that begins like AWS's and is not one of them is a typing mistake. */
export const STAGE = /^(?:AWSCURRENT|AWSPREVIOUS|AWSPENDING|(?![aA][wW][sS])[\w/+=.@-]{1,256})$/;

export function isArn(id: string): boolean {
  return id.startsWith("arn:");
}

/** A name, or an ARN of a secret in any partition. */
export function isSecretId(id: string): boolean {
  return isArn(id) ? regionOfArn(id) !== null : SECRET_NAME.test(id);
}

/** Null: no ARN of a secret. */
export function regionOfArn(id: string): string | null {
  const region = SECRET_ARN.exec(id)?.[1];
  return region !== undefined && REGION.test(region) ? region : null;
}

export function isRegion(text: string): boolean {
  return REGION.test(text);
}

// What AWS calls the parts of its cloud that share nothing, by how their regions begin; all others are `aws`.
const PARTITIONS: readonly (readonly [start: string, partition: string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-isof-", "aws-iso-f"],
  ["eusc-", "aws-eusc"],
];

export function partitionOf(region: string): string {
  return PARTITIONS.find(([start]) => region.startsWith(start))?.[1] ?? "aws";
}

export function isVersionId(text: string): boolean {
  return VERSION_ID.test(text);
}

export function isStage(text: string): boolean {
  return STAGE.test(text);
}

/** `rds!db-…` where the shell has eaten the `!`, or a character that no name can have. */
export function adviseSecretId(id: string): string {
  if (isArn(id)) {
    const example = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-a1B2c3";
    return `Write it as AWS shows it: ${example}.`;
  }
  if (id.length > 512) return "Secrets Manager's names have 512 characters at most.";
  return "It may have letters, digits and /_+=.@-, and ! where AWS made the name.";
}

// Finds the secret and the version that a caller means, or says as Secrets Manager does why it cannot be had.

import type { ServiceError } from "./reply.ts";
import { ACCOUNT_ID, type Secret, type SecretVersion } from "./world.ts";

export type Input = Readonly<Record<string, unknown>>;
export class Failure extends Error {
  readonly error: ServiceError;
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.error = { status, code, message };
  }
}

/** By name, by ARN, or by ARN without the six random characters. */
export function findSecret(id: unknown, secrets: readonly Secret[], operation: string): Secret {
  if (typeof id !== "string" || id === "")
    throw new Failure("InvalidParameterException", "You must specify a secret id.");
  const found = secrets.find(({ name, arn }) => id === name || id === arn || id === arn.replace(/-\w{6}$/, ""));
  if (!found) throw new Failure("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  if (found.state === "denied")
    throw new Failure(
      "AccessDeniedException",
      `User: arn:aws:sts::${ACCOUNT_ID}:assumed-role/web/i-0a1b2c3d4e5f60718 is not authorized to perform: secretsmanager:${operation} on resource: ${found.name} because no identity-based policy allows the secretsmanager:${operation} action`,
    );
  return found;
}

export function findReadableVersion(secret: Secret, input: Input): SecretVersion {
  if (secret.state === "deleted")
    throw new Failure(
      "InvalidRequestException",
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  if (secret.state === "undecryptable")
    throw new Failure(
      "DecryptionFailure",
      "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    );
  const id = readText(input, "VersionId");
  const stage = readText(input, "VersionStage") ?? (id === undefined ? "AWSCURRENT" : null);
  const ofId = secret.versions.filter((version) => id === undefined || version.id === id);
  const found = ofId.find((version) => stage === null || version.stages.includes(stage));
  if (id !== undefined && ofId.length > 0 && !found)
    throw new Failure(
      "InvalidRequestException",
      "You provided a VersionStage that is not associated to the provided VersionId.",
    );
  if (found?.string === undefined && found?.binaryBase64 === undefined) {
    const which = id === undefined ? `staging label: ${stage}` : `VersionId: ${id}`;
    throw new Failure(
      "ResourceNotFoundException",
      `Secrets Manager can't find the specified secret value for ${which}`,
    );
  }
  return found;
}

function readText(input: Input, field: string): string | undefined {
  const value = input[field];
  return typeof value === "string" ? value : undefined;
}

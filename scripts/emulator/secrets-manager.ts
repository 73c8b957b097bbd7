// Secrets Manager's reading half (AWS JSON 1.1): values, descriptions and lists of the world's secrets. Never changes one.

import { verifyCaller, type Verdict } from "./authorization.ts";
import { Failure, findReadableVersion, findSecret, type Input } from "./find-secret.ts";
import { buildErrorReply, buildJsonReply, Surprise, type Call, type Reply } from "./reply.ts";
import { worldNowMs, type Secret, type World } from "./world.ts";

type Document = Record<string, unknown>;

/** Any fixed date: no client may depend on it. */
const CREATED_SECONDS = 1_767_322_800;
const MAX_BATCH = 20;
const MAX_PAGE = 100;

const REJECTIONS: Readonly<Record<Exclude<Verdict["kind"], "accepted">, readonly [code: string, message: string]>> = {
  missing: ["MissingAuthenticationTokenException", "Missing Authentication Token"],
  "unknown-key": ["UnrecognizedClientException", "The security token included in the request is invalid."],
  expired: ["ExpiredTokenException", "The security token included in the request is expired"],
  denied: ["AccessDeniedException", "The caller is not authorized to perform this operation"],
  stale: ["InvalidSignatureException", "Signature expired: it was made more than five minutes from now"],
  "bad-signature": [
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
  ],
};

export function answerSecretsManager(call: Call, world: World): Reply {
  try {
    const verdict = verifyCaller(call, world.access, worldNowMs(world));
    if (verdict.kind !== "accepted") throw new Failure(...REJECTIONS[verdict.kind]);
    const here = world.secrets.filter((secret) => secret.arn.split(":")[3] === verdict.region);
    const guard = createGuard(call.operation ?? "", verdict);
    return buildJsonReply(perform(call.operation ?? "", parseInput(call.body), here, guard));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return buildErrorReply("secretsmanager", error.error);
  }
}

/** @throws Failure where the caller's policy does not allow it */
interface Guard {
  /** The operation itself, where it is for no secret in particular. */
  readonly all: () => void;
  readonly read: (secret: Secret) => void;
  readonly describe: (secret: Secret) => void;
}

function createGuard(operation: string, { mayCall, region }: Extract<Verdict, { kind: "accepted" }>): Guard {
  const require = (action: string, resource: string): void => {
    if (!mayCall(action, resource)) throw new Failure(REJECTIONS.denied[0], explainDenial(action, resource));
  };
  return {
    all: () => require(`secretsmanager:${operation}`, "*"),
    describe: ({ arn }) => require("secretsmanager:DescribeSecret", arn),
    read({ arn, kmsKeyArn }) {
      require("secretsmanager:GetSecretValue", arn);
      const service = `secretsmanager.${region}.amazonaws.com`;
      const context = { "kms:ViaService": service, "kms:EncryptionContext:SecretARN": arn };
      if (kmsKeyArn !== undefined && !mayCall("kms:Decrypt", kmsKeyArn, context))
        throw new Failure(REJECTIONS.denied[0], "Access to KMS is not allowed");
    },
  };
}

function explainDenial(action: string, resource: string): string {
  const user = "arn:aws:sts::123456789012:assumed-role/web/i-0123456789abcdef0";
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}

function parseInput(body: string): Input {
  try {
    const input: Input = JSON.parse(body);
    return input;
  } catch {
    throw new Failure("SerializationException", "");
  }
}

function perform(operation: string, input: Input, secrets: readonly Secret[], guard: Guard): Document {
  switch (operation) {
    case "GetSecretValue":
      return getValue(input, secrets, guard);
    case "DescribeSecret": {
      const secret = findSecret(input["SecretId"], secrets, operation);
      guard.describe(secret);
      return describe(secret);
    }
    case "BatchGetSecretValue":
      guard.all();
      return getBatch(input, secrets, guard);
    case "ListSecrets":
      guard.all();
      return list(input, secrets);
    default:
      throw new Surprise(`secretsmanager.${operation}`);
  }
}

function getValue(input: Input, secrets: readonly Secret[], guard: Guard): Document {
  const secret = findSecret(input["SecretId"], secrets, "GetSecretValue");
  guard.read(secret);
  const { id, stages, string, binaryBase64 } = findReadableVersion(secret, input);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: id,
    ...(string === undefined ? { SecretBinary: binaryBase64 } : { SecretString: string }),
    VersionStages: stages,
    CreatedDate: CREATED_SECONDS,
  };
}

function describe(secret: Secret): Document {
  return {
    ARN: secret.arn,
    Name: secret.name,
    CreatedDate: CREATED_SECONDS,
    LastChangedDate: CREATED_SECONDS,
    ...(secret.state === "deleted" ? { DeletedDate: CREATED_SECONDS } : {}),
    VersionIdsToStages: buildStages(secret),
  };
}

function buildStages(secret: Secret): Document {
  return Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages]));
}

/** What cannot be read is told inside an answer that succeeds. */
function getBatch(input: Input, secrets: readonly Secret[], guard: Guard): Document {
  if (input["Filters"] !== undefined) throw new Surprise("BatchGetSecretValue with Filters");
  const ids = input["SecretIdList"];
  if (!Array.isArray(ids) || ids.length === 0)
    throw new Failure("InvalidParameterException", "You must provide either SecretIdList or Filters.");
  if (ids.length > MAX_BATCH)
    throw new Failure("ValidationException", "Member must have length less than or equal to 20");
  const values: Document[] = [];
  const errors: Document[] = [];
  for (const id of ids) {
    try {
      values.push(getValue({ SecretId: id }, secrets, guard));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      errors.push({ SecretId: id, ErrorCode: error.error.code, Message: error.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}

function list(input: Input, secrets: readonly Secret[]): Document {
  if (input["Filters"] !== undefined) throw new Surprise("ListSecrets with Filters");
  const start = Number(input["NextToken"] ?? 0);
  const end = start + Number(input["MaxResults"] ?? MAX_PAGE);
  const page = secrets.filter((secret) => secret.state !== "deleted");
  return {
    SecretList: page.slice(start, end).map(({ arn, name, ...rest }) => ({
      ARN: arn,
      Name: name,
      SecretVersionsToStages: buildStages({ arn, name, ...rest }),
    })),
    ...(end < page.length ? { NextToken: String(end) } : {}),
  };
}

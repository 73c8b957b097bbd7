// Whether an answer of Secrets Manager is one to the question: of the secret and the version that were asked for, and of the
// form that the API promises. Pure. No word of an answer is in a flaw: it is foreign, and may be a secret.

import { isArn, isVersionId } from "../../names/secret-id.ts";
import type { Checked, Flaw } from "../calls/call-service.ts";
import type { SecretAnswer } from "../extract-keys.ts";
import type { SecretDescription } from "../secret-description.ts";
import type { SecretRequest, VersionInput } from "./secret-request.ts";

export interface ValueAnswer extends SecretAnswer {
  readonly versionId: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Asked = Pick<SecretRequest, "id" | "region">;

/** Secrets Manager's quotas. */
export const MOST_SECRET_BYTES = 64 * 1024;

export function checkValue(asked: Asked, wanted: VersionInput, answer: object): Checked<ValueAnswer> {
  const fields = answer as Fields;
  const { VersionId, VersionStages, SecretString, SecretBinary } = fields;
  if (!isOfSecret(asked, fields)) return flawed("answers for another secret");
  if (typeof VersionId !== "string" || !isVersionId(VersionId)) return flawed(NO_VERSION_ID);
  if (!isOfVersion(wanted, VersionId, VersionStages)) return flawed("answers for another version");
  const value =
    typeof SecretString === "string" ? { SecretString } : SecretBinary instanceof Uint8Array && { SecretBinary };
  if (!value) return flawed("gives an answer without a value");
  if (sizeOf(value) > MOST_SECRET_BYTES) return flawed("gives a value of more than 64 KiB, which no secret has");
  return { kind: "good", answer: { versionId: VersionId, ...value } };
}

export function checkDescription(asked: Asked, answer: object): Checked<SecretDescription> {
  const fields = answer as Fields;
  const { ARN, Name, VersionIdsToStages, DeletedDate } = fields;
  if (!isOfSecret(asked, fields)) return flawed("answers for another secret");
  const versionIds = new Map<string, string>();
  for (const [versionId, labels] of Object.entries((VersionIdsToStages ?? {}) as Fields)) {
    if (!isVersionId(versionId)) return flawed(NO_VERSION_ID);
    if (!Array.isArray(labels) || !labels.every((label) => isLabel(label))) return flawed("gives an invalid stage");
    for (const label of labels) {
      if (versionIds.has(label)) return flawed("gives a stage to two versions");
      versionIds.set(label, versionId);
    }
  }
  return {
    kind: "good",
    answer: {
      arn: String(ARN),
      name: String(Name),
      versionIds: Object.fromEntries(versionIds),
      isDeleted: DeletedDate !== undefined,
    },
  };
}

const NO_VERSION_ID = "gives a version id that is not 32 to 64 letters, digits and dashes";

function flawed(flaw: string): Flaw {
  return { kind: "flaw", flaw };
}

/** An ARN ends in the secret's name, a dash and six characters, which may be left out of the question. */
export function isOfSecret({ id, region }: Asked, { Name, ARN }: Fields): boolean {
  if (typeof Name !== "string" || typeof ARN !== "string") return false;
  const [, place = "", arnRegion, name] =
    /^(arn:[\w-]+:secretsmanager:([\w-]+):\d{12}:secret:(.+))-\w{6}$/s.exec(ARN) ?? [];
  if (arnRegion !== region || name !== Name) return false;
  return isArn(id) ? id === ARN || id === place : id === Name;
}

function isOfVersion({ VersionId: id, VersionStage: stage }: VersionInput, found: string, stages: unknown): boolean {
  if (id !== undefined && id !== found) return false;
  const asked = stage ?? (id === undefined ? "AWSCURRENT" : null);
  return asked === null || (Array.isArray(stages) && stages.includes(asked));
}

// What the API takes for a label, without what is no text.
function isLabel(label: unknown): label is string {
  return typeof label === "string" && /^[\x20-\x7e]{1,256}$/.test(label);
}

function sizeOf({ SecretString, SecretBinary }: SecretAnswer): number {
  return SecretString === undefined ? (SecretBinary?.length ?? 0) : Buffer.byteLength(SecretString);
}

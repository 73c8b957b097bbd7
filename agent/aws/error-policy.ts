// What each answer of Secrets Manager means for the run. One table; nothing of the service's message is ever shown,
// because some of its messages quote the request.

import type { RefusalCode } from "../refusal.ts";

export type Verdict =
  | { readonly kind: "fatal"; readonly code: RefusalCode; readonly what: string; readonly fix: string }
  /** Worth another try under the deadline. */
  | { readonly kind: "retry"; readonly what: string }
  /** The role's credentials have run out: fetch new ones, once. */
  | { readonly kind: "refresh"; readonly what: string };

// Source: the Secrets Manager API reference (GetSecretValue, common errors) and AWS's clock-skew errors.
const BY_NAME: Readonly<Record<string, Verdict>> = {
  ResourceNotFoundException: {
    kind: "fatal",
    code: "data",
    what: "there is no such secret, or no version of it is current",
    fix: "Check the id, the account and the region, and that the secret has a value.",
  },
  AccessDeniedException: {
    kind: "fatal",
    code: "permission",
    what: "the instance's role may not read it",
    fix: "Allow secretsmanager:GetSecretValue on it, and kms:Decrypt on its key if that is a customer's.",
  },
  DecryptionFailure: {
    kind: "fatal",
    code: "permission",
    what: "its KMS key cannot decrypt it",
    fix: "Enable the key and allow the role kms:Decrypt on it.",
  },
  InvalidRequestException: {
    kind: "fatal",
    code: "data",
    what: "the secret is not in a state to be read, as when it is scheduled for deletion",
    fix: "Restore it: aws secretsmanager restore-secret.",
  },
  InvalidParameterException: {
    kind: "fatal",
    code: "config",
    what: "Secrets Manager does not take its id",
    fix: "Check the id.",
  },
  ValidationException: {
    kind: "fatal",
    code: "config",
    what: "Secrets Manager does not take its id",
    fix: "Check the id.",
  },
  UnrecognizedClientException: {
    kind: "fatal",
    code: "permission",
    what: "Secrets Manager does not know the credentials",
    fix: "Check the role, the partition and the region.",
  },
  InvalidSignatureException: {
    kind: "fatal",
    code: "permission",
    what: "Secrets Manager refuses the signature",
    fix: "Check the instance's clock (timedatectl) and the region.",
  },
  RequestExpired: {
    kind: "fatal",
    code: "permission",
    what: "the instance's clock is off",
    fix: "Let chrony set it before parbake runs.",
  },
  ExpiredTokenException: { kind: "refresh", what: "the credentials have run out" },
  ExpiredToken: { kind: "refresh", what: "the credentials have run out" },
  ThrottlingException: { kind: "retry", what: "Secrets Manager is throttling this account" },
  Throttling: { kind: "retry", what: "Secrets Manager is throttling this account" },
  TooManyRequestsException: { kind: "retry", what: "Secrets Manager is throttling this account" },
  KMSThrottlingException: { kind: "retry", what: "KMS is throttling this account" },
  // Documented once as 400 and once as 500: the SDK by itself retries only the latter.
  InternalServiceError: { kind: "retry", what: "Secrets Manager has a fault of its own" },
  InternalServiceErrorException: { kind: "retry", what: "Secrets Manager has a fault of its own" },
  InternalFailure: { kind: "retry", what: "Secrets Manager has a fault of its own" },
  ServiceUnavailable: { kind: "retry", what: "Secrets Manager is not available" },
};

/** @param error what the SDK threw: its name and status are looked at, its message never is */
export function judgeError(error: unknown): Verdict {
  const { name, code, $metadata } = (error ?? {}) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const known = name === undefined ? undefined : BY_NAME[name];
  if (known) return known;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return { kind: "retry", what: `no answer (${plainWord(code ?? name)})` };
  if (status >= 500 || status === 429) return { kind: "retry", what: `Secrets Manager answers ${status}` };
  if (status < 300) return { kind: "retry", what: "Secrets Manager gives an answer that is no answer of its API" };
  const what = `Secrets Manager answers ${status} (${plainWord(name)})`;
  return { kind: "fatal", code: "unavailable", what, fix: "Look the error up in the Secrets Manager API reference." };
}

// An error's name comes from the wire: only a plain word of it is fit to be shown.
function plainWord(word: string | undefined): string {
  return word !== undefined && /^[A-Za-z_]{1,60}$/.test(word) ? word : "unknown error";
}

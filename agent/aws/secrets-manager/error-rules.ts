// The policy for every error of Secrets Manager: one row for each cause, with the names that AWS gives it. Plain data.
// Sources: the API reference of GetSecretValue, BatchGetSecretValue and DescribeSecret with its common errors, and SigV4's
// troubleshooting page.

import { indexRules, type Rule } from "../calls/rule.ts";
import type { Service } from "../calls/service.ts";

/** By the clock: chrony may set it while parbake waits. */
const CLOCK: Rule = {
  names: ["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"],
  kind: "retry",
  code: "unavailable",
  what: "the instance's clock is CLOCK",
  fix: "Set it (`chronyc makestep`), and let chrony set it before parbake runs: After=chrony-wait.service.",
  isAboutTime: true,
};

export const API_POLICY: readonly Rule[] = [
  CLOCK,
  {
    names: ["ResourceNotFoundException"],
    kind: "fatal",
    code: "data",
    what: "there is no such secret, or the version asked for has no value",
    fix: "Check the id, the account and the region; a stage such as AWSPENDING exists only during a rotation.",
    isAboutCredentials: true,
  },
  {
    names: ["AccessDeniedException", "AccessDenied", "NotAuthorized"],
    kind: "fatal",
    code: "permission",
    what: "PRINCIPAL may not call ACTION on RESOURCE",
    fix: "Allow it in a policy of the role's; a secret of another account must allow it in its own policy, too. If they do, look for a deny in them, in the VPC endpoint's policy and in the SCPs.",
    keyFix:
      "Allow it in a policy of its user's; a secret of another account must allow it in its own policy, too. If they do, look for a deny in them, in the VPC endpoint's policy and in the SCPs.",
    isDenial: true,
    isAboutCredentials: true,
  },
  {
    names: ["DecryptionFailure"],
    kind: "fatal",
    code: "permission",
    what: "its KMS key cannot decrypt it",
    fix: "Enable the KMS key (aws kms describe-key), and allow the role kms:Decrypt on it.",
    isAboutCredentials: true,
    keyFix: "Enable the KMS key (aws kms describe-key), and allow the access key's user kms:Decrypt on it.",
  },
  {
    names: ["InvalidRequestException"],
    kind: "fatal",
    code: "data",
    what: "the secret cannot be read in its present state, for example because it is scheduled for deletion",
    fix: "If it is scheduled for deletion, restore it: aws secretsmanager restore-secret --secret-id ID.",
  },
  {
    names: ["InvalidParameterException", "ValidationException", "ValidationError", "SerializationException"],
    kind: "fatal",
    code: "config",
    what: "Secrets Manager rejects its id or its version",
    fix: "Check the id, the stage and the version.",
  },
  {
    names: ["ExpiredTokenException", "ExpiredToken"],
    kind: "refresh",
    code: "permission",
    what: "the credentials have expired",
    fix: "Check the instance's clock and its role.",
    isAboutCredentials: true,
    keyFix: "Put a new one there, with its AWS_SESSION_TOKEN, and check the instance's clock.",
  },
  {
    // A role that was replaced a moment ago looks like this, too.
    names: ["UnrecognizedClientException", "InvalidClientTokenId"],
    kind: "refresh",
    code: "permission",
    what: "Secrets Manager does not know the credentials",
    fix: "Check the role, the partition and the region, which the account may have to opt in to.",
    isAboutCredentials: true,
    keyFix:
      "Check that it exists and is active, its AWS_SESSION_TOKEN, the partition and the region, which the account may have to opt in to.",
  },
  {
    names: ["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"],
    kind: "fatal",
    code: "permission",
    what: "Secrets Manager refuses the signature",
    fix: "Check the instance's clock (chronyc tracking), the region, and that no proxy rewrites requests.",
    isAboutTime: true,
    isAboutCredentials: true,
    keyFix:
      "Check AWS_SECRET_ACCESS_KEY, the instance's clock (chronyc tracking), the region, and that no proxy rewrites requests.",
  },
  {
    names: ["MissingAuthenticationTokenException", "MissingAuthenticationToken"],
    kind: "fatal",
    code: "unavailable",
    what: "the request arrives without its signature",
    fix: "Look for a proxy that removes the Authorization header.",
  },
  {
    names: ["OptInRequired", "SubscriptionRequiredException"],
    kind: "fatal",
    code: "permission",
    what: "the account may not use Secrets Manager in this region",
    fix: "Opt in to the region, or name another.",
    isAboutCredentials: true,
  },
  {
    names: ["UnknownOperationException", "InvalidAction", "MalformedHttpRequestException", "InvalidNextTokenException"],
    kind: "fatal",
    code: "unavailable",
    what: "what answers there does not know OPERATION",
    fix: "Check AWS_ENDPOINT_URL_SECRETS_MANAGER: something other than Secrets Manager may answer there.",
  },
  {
    names: [
      "ThrottlingException",
      "Throttling",
      "ThrottledException",
      "TooManyRequestsException",
      "RequestLimitExceeded",
      "SlowDown",
    ],
    kind: "retry",
    code: "unavailable",
    what: "Secrets Manager is throttling this account",
    fix: "Spread the starts: aws: { startJitter: 10s }. Look for what else asks it, and leave aws.batch off.",
    isThrottled: true,
  },
  {
    names: ["KMSThrottlingException"],
    kind: "retry",
    code: "unavailable",
    what: "KMS is throttling this account",
    fix: "Spread the starts: aws: { startJitter: 10s }. Look for what else uses the key.",
    isThrottled: true,
  },
  {
    // Documented once as 400 and once as 500: the SDK by itself retries only the latter.
    names: ["InternalServiceError", "InternalServiceErrorException", "InternalFailure", "InternalServerError"],
    kind: "retry",
    code: "unavailable",
    what: "Secrets Manager reports an internal fault",
    fix: "See AWS's health dashboard.",
  },
  {
    names: [
      "ServiceUnavailable",
      "ServiceUnavailableException",
      "RequestTimeout",
      "RequestTimeoutException",
      "RequestAbortedException",
    ],
    kind: "retry",
    code: "unavailable",
    what: "Secrets Manager is not available",
    fix: "See AWS's health dashboard.",
  },
  {
    names: ["EndpointError"],
    kind: "fatal",
    code: "usage",
    what: "Secrets Manager has no FIPS or no dual-stack endpoint there",
    fix: "Unset AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT.",
  },
];

export const SECRETS_MANAGER: Service = {
  name: "Secrets Manager",
  prefix: "secretsmanager",
  endpointVariable: "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  rules: indexRules(API_POLICY),
  clock: CLOCK,
  isForRole: true,
};

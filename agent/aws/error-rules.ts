// The policy for every error of Secrets Manager: one row for each cause, with the names that AWS gives it. Plain data.
// OPERATION stands for the call that failed, HOST for where it went, NAME for that without the port, PROXY for the proxy.
// Sources: the API reference of GetSecretValue, BatchGetSecretValue and DescribeSecret with its common errors, SigV4's
// troubleshooting page, and Node's codes for what never reached AWS.

import type { RefusalCode } from "../refusal.ts";

export type Kind = "fatal" | "retry" | "refresh";

export interface Rule {
  readonly names: readonly string[];
  readonly kind: Kind;
  readonly code: RefusalCode;
  readonly what: string;
  readonly fix: string;
  /** A clock that is off can be the cause. */
  readonly isAboutTime?: true;
  readonly isThrottled?: true;
  /** Other credentials might not have met it. */
  readonly isAboutCredentials?: true;
}

/** By the clock: chrony may set it while parbake waits. */
export const CLOCK: Rule = {
  names: ["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"],
  kind: "retry",
  code: "unavailable",
  what: "the instance's clock is off by minutes",
  fix: "Let chrony set it before parbake runs: After=chrony-wait.service, or look at `chronyc tracking`.",
  isAboutTime: true,
};

export const API_POLICY: readonly Rule[] = [
  CLOCK,
  {
    names: ["ResourceNotFoundException"],
    kind: "fatal",
    code: "data",
    what: "there is no such secret, or no version that is meant has a value",
    fix: "Check the id, the account and the region; a stage such as AWSPENDING is there only amid a rotation.",
    isAboutCredentials: true,
  },
  {
    names: ["AccessDeniedException", "AccessDenied", "NotAuthorized"],
    kind: "fatal",
    code: "permission",
    what: "the instance's role may not call OPERATION on it",
    fix: "Allow secretsmanager:OPERATION on it, and kms:Decrypt on its key if that is a customer's; another account's secret needs both in its own policies, too. Look for a deny in the VPC endpoint's policy and the SCPs.",
    isAboutCredentials: true,
  },
  {
    names: ["DecryptionFailure"],
    kind: "fatal",
    code: "permission",
    what: "its KMS key cannot decrypt it",
    fix: "Enable the key and allow the role kms:Decrypt on it.",
    isAboutCredentials: true,
  },
  {
    names: ["InvalidRequestException"],
    kind: "fatal",
    code: "data",
    what: "the secret is not in a state to be read, as when it is scheduled for deletion",
    fix: "Restore it: aws secretsmanager restore-secret.",
  },
  {
    names: ["InvalidParameterException", "ValidationException", "ValidationError", "SerializationException"],
    kind: "fatal",
    code: "config",
    what: "Secrets Manager does not take its id or its version",
    fix: "Check the id, the stage and the version.",
  },
  {
    names: ["ExpiredTokenException", "ExpiredToken"],
    kind: "refresh",
    code: "permission",
    what: "the credentials have run out",
    fix: "Check the instance's clock and its role.",
    isAboutCredentials: true,
  },
  {
    // A role that was replaced a moment ago looks like this, too.
    names: ["UnrecognizedClientException", "InvalidClientTokenId"],
    kind: "refresh",
    code: "permission",
    what: "Secrets Manager does not know the credentials",
    fix: "Check the role, the partition and the region, which the account may have to opt in to.",
    isAboutCredentials: true,
  },
  {
    names: ["InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature"],
    kind: "fatal",
    code: "permission",
    what: "Secrets Manager refuses the signature",
    fix: "Check the instance's clock (chronyc tracking), the region, and that no proxy rewrites requests.",
    isAboutTime: true,
    isAboutCredentials: true,
  },
  {
    names: ["MissingAuthenticationTokenException", "MissingAuthenticationToken"],
    kind: "fatal",
    code: "unavailable",
    what: "the request arrives without its signature",
    fix: "Look for a proxy that takes the Authorization header away.",
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
    fix: "Check AWS_ENDPOINT_URL_SECRETS_MANAGER: something else than Secrets Manager may stand there.",
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
    what: "Secrets Manager has a fault of its own",
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

/** What never reached AWS. The first row is for all that has none of its own. */
export const NETWORK_POLICY: readonly [Rule, ...Rule[]] = [
  {
    names: [
      "TIMEOUT",
      "CUT_SHORT",
      "ECONNREFUSED",
      "ECONNRESET",
      "ETIMEDOUT",
      "EHOSTUNREACH",
      "ENETUNREACH",
      "EPIPE",
      "INTERRUPTED",
    ],
    kind: "retry",
    code: "unavailable",
    what: "no answer from HOST",
    fix: "Check the route to it: NAT, VPC endpoint, security group, or whether it takes a proxy (HTTPS_PROXY).",
  },
  {
    names: ["ENOTFOUND", "EAI_AGAIN"],
    kind: "retry",
    code: "unavailable",
    what: "the name NAME does not resolve",
    fix: "Check the region, AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_USE_FIPS_ENDPOINT where the region has none, and the VPC's DNS.",
  },
  {
    names: ["TOO_LARGE", "NO_FRAMING", "SWITCHED_PROTOCOLS", "INFORMATIONAL_FLOOD"],
    kind: "retry",
    code: "unavailable",
    what: "HOST gives an answer that is none of Secrets Manager's",
    fix: "Look for a proxy in between, and at AWS_ENDPOINT_URL_SECRETS_MANAGER: something else may stand there.",
  },
  {
    names: ["CERT_NOT_YET_VALID", "CERT_HAS_EXPIRED"],
    kind: "retry",
    code: "unavailable",
    what: "the certificate of HOST is not valid at this time, by the instance's clock",
    fix: "Check the clock first (chronyc tracking), then the certificate.",
  },
  {
    names: [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "CERT_UNTRUSTED",
      "CERT_REJECTED",
      "CERT_SIGNATURE_FAILURE",
    ],
    kind: "fatal",
    code: "unavailable",
    what: "the certificate of HOST is of no authority that parbake trusts",
    fix: "Where a proxy or an endpoint of your own signs with its own CA, give that CA's PEM in AWS_CA_BUNDLE.",
  },
  {
    names: ["ERR_TLS_CERT_ALTNAME_INVALID"],
    kind: "fatal",
    code: "unavailable",
    what: "the certificate of HOST is for another name",
    fix: "Check AWS_ENDPOINT_URL_SECRETS_MANAGER, and the private DNS of the VPC endpoint.",
  },
];

/** The same as the first row, by a proxy that stands between and has not said what is wrong. */
export const BEHIND_PROXY: Rule = {
  names: [],
  kind: "retry",
  code: "unavailable",
  what: "no answer from HOST through the proxy PROXY",
  fix: "Check that the proxy runs and may reach that host, or name the host in NO_PROXY.",
};

const NO_TLS: Rule = {
  names: [],
  kind: "retry",
  code: "unavailable",
  what: "HOST refuses TLS, or speaks none",
  fix: "Check the port, whether the URL should begin with http://, and what stands in between.",
};

/** By how Node's and OpenSSL's codes begin, which are too many to list. */
export const NETWORK_FAMILIES: readonly (readonly [start: string, rule: Rule])[] = [
  [
    "HPE_",
    {
      names: [],
      kind: "retry",
      code: "unavailable",
      what: "HOST speaks no HTTP",
      fix: "Check the port and AWS_ENDPOINT_URL_SECRETS_MANAGER: something else may stand there.",
    },
  ],
  ["ERR_SSL_", NO_TLS],
  // What Node calls a handshake that fails as it is written.
  ["EPROTO", NO_TLS],
];

/** What the proxy did, or the way to it, by the same names. The first row is for all that has none of its own. */
export const PROXY_POLICY: readonly [Rule, ...Rule[]] = [
  {
    names: [],
    kind: "retry",
    code: "unavailable",
    what: "no answer from the proxy PROXY, which is to lead to HOST",
    fix: "Check that the proxy runs and that the security groups let this machine reach it, or name the endpoint in NO_PROXY.",
  },
  {
    names: ["ENOTFOUND", "EAI_AGAIN"],
    kind: "retry",
    code: "unavailable",
    what: "the name of the proxy PROXY, which is to lead to HOST, does not resolve",
    fix: "Check its spelling and the VPC's DNS, or name the endpoint in NO_PROXY.",
  },
  {
    names: ["PROXY_REFUSED"],
    kind: "retry",
    code: "unavailable",
    what: "the proxy PROXY opens no way to HOST",
    fix: "After 407 give a user and a password in its URL, after 403 allow the host there; or name the host in NO_PROXY.",
  },
  {
    names: ["PROXY_SPOKE_FIRST", "SWITCHED_PROTOCOLS", "TOO_LARGE", "NO_FRAMING", "INFORMATIONAL_FLOOD"],
    kind: "retry",
    code: "unavailable",
    what: "the proxy PROXY, which is to lead to HOST, answers as no proxy does",
    fix: "Check the host, the port and whether it is http:// or https://.",
  },
  {
    names: [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "CERT_HAS_EXPIRED",
      "CERT_NOT_YET_VALID",
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    kind: "fatal",
    code: "unavailable",
    what: "the certificate of the proxy PROXY is not one that parbake trusts",
    fix: "Give its CA's PEM in AWS_CA_BUNDLE, or write the proxy's URL with http://.",
  },
];

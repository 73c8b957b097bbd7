// The policy for every error of EC2's describing calls: one row for each cause, with the names that AWS gives it. Plain data.
// Source: "Error codes for the Amazon EC2 API" in its developer guide.

import { indexRules, type Rule } from "../calls/rule.ts";
import type { Service } from "../calls/service.ts";

const CLOCK: Rule = {
  names: ["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"],
  kind: "retry",
  code: "unavailable",
  what: "this machine's clock is CLOCK",
  fix: "Set it: `chronyc makestep`, or look at `timedatectl`.",
  isAboutTime: true,
};

export const EC2_POLICY: readonly Rule[] = [
  CLOCK,
  {
    names: ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "NotAuthorized"],
    kind: "fatal",
    code: "permission",
    what: "PRINCIPAL may not call ACTION",
    fix: "Allow it ACTION on * (EC2 describes all or nothing): scripts/aws/fleet-policy.json has the whole policy. Look for a deny in the VPC endpoint's policy and the SCPs.",
    isDenial: true,
    isAboutCredentials: true,
  },
  {
    names: [
      "AuthFailure",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      "ExpiredToken",
      "ExpiredTokenException",
    ],
    kind: "refresh",
    code: "permission",
    what: "EC2 does not know the credentials, or they have expired",
    fix: "Check the role, the partition, and whether the account has opted in to the region.",
    isAboutCredentials: true,
    keyFix:
      'Get new ones: eval "$(aws configure export-credentials --format env)". If they are good, look at the partition, and whether the account has opted in to the region.',
  },
  {
    names: ["SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"],
    kind: "fatal",
    code: "permission",
    what: "EC2 refuses the signature",
    fix: "Check this machine's clock, and that no proxy rewrites requests.",
    isAboutTime: true,
    isAboutCredentials: true,
    keyFix: "Check AWS_SECRET_ACCESS_KEY, this machine's clock, and that no proxy rewrites requests.",
  },
  {
    names: ["MissingAuthenticationToken", "MissingAuthenticationTokenException"],
    kind: "fatal",
    code: "unavailable",
    what: "the request arrives without its signature",
    fix: "Look for a proxy that removes the Authorization header.",
  },
  {
    names: ["OptInRequired", "PendingVerification", "Blocked"],
    kind: "fatal",
    code: "permission",
    what: "the account may not use EC2 in this region",
    fix: "Opt in to the region, or name another.",
    isAboutCredentials: true,
  },
  {
    names: ["InvalidParameterValue", "InvalidParameterCombination", "InvalidFilter", "FilterLimitExceeded"],
    kind: "fatal",
    code: "usage",
    what: "EC2 rejects a filter of OPERATION",
    fix: "Check --tag and --asg: EC2 takes 200 values in all.",
  },
  {
    names: ["InvalidNextToken", "InvalidPaginationToken"],
    kind: "fatal",
    code: "unavailable",
    what: "EC2 has forgotten where the list of OPERATION stopped",
    fix: "Run parbake again.",
  },
  {
    names: ["InvalidAction", "UnknownOperationException"],
    kind: "fatal",
    code: "unavailable",
    what: "what answers there does not know OPERATION",
    fix: "Check VARIABLE: something other than EC2 may answer there.",
  },
  {
    names: ["RequestLimitExceeded", "Throttling", "ThrottlingException", "ResourceCountExceeded", "SlowDown"],
    kind: "retry",
    code: "unavailable",
    what: "EC2 is throttling this account",
    fix: "Look for what else describes instances, or give it more time: --deadline 30m.",
    isThrottled: true,
  },
  {
    names: ["InternalError", "InternalFailure", "InternalServerError"],
    kind: "retry",
    code: "unavailable",
    what: "EC2 reports an internal fault",
    fix: "See AWS's health dashboard.",
  },
  {
    names: ["Unavailable", "ServiceUnavailable", "RequestTimeout"],
    kind: "retry",
    code: "unavailable",
    what: "EC2 is not available",
    fix: "See AWS's health dashboard.",
  },
  {
    names: ["EndpointError"],
    kind: "fatal",
    code: "usage",
    what: "EC2 has no FIPS or no dual-stack endpoint there",
    fix: "Unset AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT.",
  },
];

export const EC2: Service = {
  name: "EC2",
  prefix: "ec2",
  endpointVariable: "AWS_ENDPOINT_URL_EC2",
  rules: indexRules(EC2_POLICY),
  clock: CLOCK,
  isForRole: false,
};

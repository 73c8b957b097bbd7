// What forbids a call, by the phrase that IAM, or a service for its KMS key, has for it in the message of a denial. Plain data.
// Source: "Troubleshoot access denied error messages" in IAM's user guide; for KMS what GetSecretValue answers.

import type { Rule } from "./rule.ts";

function denial(what: string, fix: string, keyFix?: string): Rule {
  const about = { isAboutCredentials: true, ...(keyFix === undefined ? {} : { keyFix }) } as const;
  return { names: [], kind: "fatal", code: "permission", what, fix, ...about };
}

/** The first that the message has counts. */
export const DENIALS: readonly (readonly [phrase: string, rule: Rule])[] = [
  [
    "Access to KMS is not allowed",
    denial(
      "PRINCIPAL may not decrypt with the KMS key of RESOURCE",
      "Allow it kms:Decrypt on that key, in a policy of the role's and in the key's own; the key aws/secretsmanager serves no other account.",
      "Allow it kms:Decrypt on that key, in a policy of its user's and in the key's own; the key aws/secretsmanager serves no other account.",
    ),
  ],
  [
    "VPC endpoint policy",
    denial(
      "the policy of the VPC endpoint does not let PRINCIPAL call ACTION on RESOURCE",
      "Allow that in the policy of the endpoint PRIVATELINK (aws ec2 modify-vpc-endpoint).",
    ),
  ],
  [
    "service control policy",
    denial(
      "a service control policy (SCP) of the organization forbids PRINCIPAL to call ACTION on RESOURCE",
      "Ask whoever manages the organization: no policy of this account can allow it.",
    ),
  ],
  [
    "resource control policy",
    denial(
      "a resource control policy (RCP) of the organization forbids PRINCIPAL to call ACTION on RESOURCE",
      "Ask whoever manages the organization: no policy of this account can allow it.",
    ),
  ],
  [
    "permissions boundary",
    denial(
      "the permissions boundary does not let PRINCIPAL call ACTION on RESOURCE",
      "Allow that in the boundary, too (aws iam get-role names it).",
    ),
  ],
  [
    "resource-based policy",
    denial(
      "the policy of RESOURCE itself does not let PRINCIPAL call ACTION",
      "Change that policy: aws secretsmanager get-resource-policy shows it.",
    ),
  ],
  [
    "explicit deny in an identity-based policy",
    denial(
      "a policy of its own denies PRINCIPAL to call ACTION on RESOURCE",
      "Take the deny out, or its condition: what else allows it does not count.",
    ),
  ],
];

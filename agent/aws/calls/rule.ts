// One row of a policy: what an error means, by the names that it comes with. Plain data; error-policy.ts has the words in capitals
// that it fills in.

import type { RefusalCode } from "../../refusal.ts";

export type Kind = "fatal" | "retry" | "refresh";

export interface Rule {
  readonly names: readonly string[];
  readonly kind: Kind;
  readonly code: RefusalCode;
  readonly what: string;
  readonly fix: string;
  /** A wrong clock can be the cause. */
  readonly isAboutTime?: true;
  readonly isThrottled?: true;
  /** Its name says no more than that it is forbidden: the message may say by what (denial-rules.ts). */
  readonly isDenial?: true;
  /** Other credentials might not meet this error. */
  readonly isAboutCredentials?: true;
  /** The fix where the credentials are an access key of the environment. Absent: the same. */
  readonly keyFix?: string;
  /** The fix where a variable of the environment moves the endpoint. Absent: the same. */
  readonly movedFix?: string;
}

export function indexRules(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.flatMap((rule) => rule.names.map((name) => [name, rule] as const)));
}

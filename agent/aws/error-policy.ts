// What each answer of Secrets Manager means for the run, by the policy table. Nothing of the service's message is ever shown,
// because some of its messages quote the request.

import type { RefusalCode } from "../refusal.ts";
import { API_POLICY, CLOCK, NETWORK_POLICY, type Kind, type Rule } from "./error-rules.ts";

export type Operation = "GetSecretValue" | "BatchGetSecretValue" | "DescribeSecret";

export interface Verdict {
  /** `retry`: worth another try under the deadline. `refresh`: with other credentials, once. */
  readonly kind: Kind;
  /** How the run ends if that does not help. */
  readonly code: RefusalCode;
  readonly what: string;
  readonly fix: string;
  /** Asking less often is what helps. */
  readonly isThrottled: boolean;
}

const BY_API_NAME = indexRules(API_POLICY);
const BY_NETWORK_NAME = indexRules(NETWORK_POLICY);

function indexRules(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.flatMap((rule) => rule.names.map((name) => [name, rule] as const)));
}

/** @param error what the SDK threw: its name, code and status are looked at, its message never is */
export function judgeError(error: unknown, operation: Operation): Verdict {
  const { name, code, $metadata } = (error ?? {}) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean };
  };
  const known = judgeName(name, operation, $metadata?.clockSkewCorrected === true);
  if (known) return known;
  const status = $metadata?.httpStatusCode;
  return status === undefined ? judgeSilence(code ?? name, operation) : judgeStatus(status, name);
}

/** Null: the table has no such name. */
export function judgeName(name: string | undefined, operation: Operation, isClockMended = false): Verdict | null {
  const rule = name === undefined ? undefined : BY_API_NAME.get(name);
  if (!rule) return null;
  // The SDK has learnt the right time from the answer's date: the next signature will be good.
  return verdictOf(rule.isAboutTime === true && isClockMended ? CLOCK : rule, operation);
}

function judgeSilence(code: string | undefined, operation: Operation): Verdict {
  const rule = (code === undefined ? undefined : BY_NETWORK_NAME.get(code)) ?? NETWORK_POLICY[0];
  const verdict = verdictOf(rule, operation);
  return { ...verdict, what: `${verdict.what} (${plainWord(code)})` };
}

function judgeStatus(status: number, name: string | undefined): Verdict {
  const rest = { code: "unavailable" as const, isThrottled: status === 429 };
  const fix = "Look for a proxy in between, and at AWS_ENDPOINT_URL_SECRETS_MANAGER; else see AWS's health dashboard.";
  if (status >= 200 && status < 300)
    return { kind: "retry", what: "Secrets Manager gives an answer that is no answer of its API", fix, ...rest };
  // Below 200 and redirects: whatever that was, it was not Secrets Manager.
  const isPassing = status >= 500 || status < 400 || status === 408 || status === 429;
  const what = isPassing
    ? `Secrets Manager answers ${status}`
    : `Secrets Manager answers ${status} (${plainWord(name)})`;
  return { kind: isPassing ? "retry" : "fatal", what, fix, ...rest };
}

function verdictOf({ kind, code, what, fix, isThrottled }: Rule, operation: Operation): Verdict {
  const named = (text: string): string => text.replaceAll("OPERATION", operation);
  return { kind, code, what: named(what), fix: named(fix), isThrottled: isThrottled === true };
}

// An error's name comes from the wire: only a plain word of it is fit to be shown.
function plainWord(word: string | undefined): string {
  return word !== undefined && /^[A-Za-z_][A-Za-z_0-9]{0,59}$/.test(word) ? word : "unknown error";
}

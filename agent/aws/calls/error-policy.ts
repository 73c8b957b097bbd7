// What each answer of a service means for the run, by its policy table. Nothing of the service's message is ever shown, because
// some messages quote the request.

import { formatAge } from "../../age.ts";
import { HttpTrouble } from "../../http/http-trouble.ts";
import type { RefusalCode } from "../../refusal.ts";
import { nameEndpoint, nameHost } from "../route/route.ts";
import type { Circumstances } from "./clients.ts";
import { DENIALS } from "./denial-rules.ts";
import { BEHIND_PROXY, NETWORK_FAMILIES, NETWORK_POLICY, PROXY_POLICY } from "./network-rules.ts";
import { indexRules, type Kind, type Rule } from "./rule.ts";

/** What was called, and what may have led to its error. */
export interface JudgedCall {
  readonly operation: string;
  /** What IAM calls what it was asked for; left out: nothing in particular. */
  readonly resource?: string;
  readonly circumstances: Readonly<Circumstances>;
  /** By how much AWS's clock is ahead, as far as the client has learnt it. Left out: not at all. */
  readonly clockOffsetMs?: number;
}

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

const BY_NETWORK_NAME = indexRules(NETWORK_POLICY);
const BY_PROXY_NAME = indexRules(PROXY_POLICY);

/** Whether an answer came that the SDK could not read, or that is an error. */
export function hasStatus(error: unknown): boolean {
  return metadataOf(error).httpStatusCode !== undefined;
}

interface Metadata {
  readonly httpStatusCode?: number;
  readonly clockSkewCorrected?: boolean;
}

function metadataOf(error: unknown): Metadata {
  return (error as { readonly $metadata?: Metadata } | null | undefined)?.$metadata ?? {};
}

/** @param error what the SDK threw: decides by its name, code and status; in the message of a denial it looks for fixed phrases */
export function judgeError(error: unknown, call: JudgedCall): Verdict {
  if (error instanceof HttpTrouble) return judgeTrouble(error, call);
  const { name, message } = (error ?? {}) as { readonly name?: string; readonly message?: unknown };
  const { httpStatusCode: status, clockSkewCorrected } = metadataOf(error);
  const known = judgeName(name, message, call, clockSkewCorrected === true);
  if (known) return known;
  return status === undefined ? judgeTrouble(HttpTrouble.from(error), call) : judgeStatus(status, name, call);
}

/** Of a flawed answer with a good status: the next one may be right, or something else answers there. */
export function judgeFlaw(flaw: string, { circumstances: { route, service } }: JudgedCall): Verdict {
  return {
    kind: "retry",
    code: "unavailable",
    what: `${route === null ? service.name : nameEndpoint(route)} ${flaw}`,
    fix: `Look for a proxy or a cache in between, and at ${service.endpointVariable}: something else may answer there.`,
    isThrottled: false,
  };
}

/** Null: the table has no such name. */
export function judgeName(
  name: string | undefined,
  message: unknown,
  call: JudgedCall,
  isClockFixed = false,
): Verdict | null {
  const { rules, clock } = call.circumstances.service;
  const rule = name === undefined ? undefined : rules.get(name);
  if (!rule) return null;
  // The SDK has learnt the right time from the answer's date: the next signature will be good.
  const cause = rule.isAboutTime === true && isClockFixed ? clock : (findDenial(rule, message) ?? rule);
  return nameKey(cause, verdictOf(cause, call), call);
}

function findDenial({ isDenial }: Rule, message: unknown): Rule | undefined {
  if (isDenial !== true || typeof message !== "string") return undefined;
  return DENIALS.find(([phrase]) => message.includes(phrase))?.[1];
}

/** A key that somebody left in the environment goes before the role, and fails in every way that a wrong role does. */
function nameKey({ isAboutCredentials, what, fix, keyFix }: Rule, verdict: Verdict, call: JudgedCall): Verdict {
  const { circumstances } = call;
  if (isAboutCredentials !== true || circumstances.credentials === "role") return verdict;
  const isNamed = what.includes("PRINCIPAL");
  const advice = fillIn(keyFix ?? fix, call);
  // The environment has no other.
  const kind = verdict.kind === "refresh" ? "fatal" : verdict.kind;
  if (!circumstances.service.isForRole) return { ...verdict, kind, fix: advice };
  return {
    ...verdict,
    kind,
    what: isNamed ? verdict.what : `${verdict.what}; it used ${ACCESS_KEY}, not the role of the instance`,
    fix: `Unset AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, here or in /etc/parbake/environment, to use the instance's role. Where the key is meant, ${advice.charAt(0).toLowerCase()}${advice.slice(1)}`,
  };
}

const ACCESS_KEY = "the access key from the environment (AWS_ACCESS_KEY_ID)";

function namePrincipal({ credentials, role }: Readonly<Circumstances>): string {
  if (credentials === "environment") return ACCESS_KEY;
  return role === null ? "the instance's role" : `the instance's role ${role}`;
}

function judgeTrouble({ code, message, isOfProxy }: HttpTrouble, call: JudgedCall): Verdict {
  const rule = isOfProxy ? proxyRule(code) : networkRule(code, call);
  const verdict = verdictOf(rule, call);
  return { ...verdict, what: `${verdict.what} (${message})` };
}

function proxyRule(code: string): Rule {
  const isNoProxy = NETWORK_FAMILIES.some(([start]) => code.startsWith(start));
  return BY_PROXY_NAME.get(isNoProxy ? "PROXY_SPOKE_FIRST" : code) ?? PROXY_POLICY[0];
}

function networkRule(code: string, { circumstances: { route } }: JudgedCall): Rule {
  const family = NETWORK_FAMILIES.find(([start]) => code.startsWith(start));
  const rule = BY_NETWORK_NAME.get(code) ?? family?.[1] ?? NETWORK_POLICY[0];
  return rule === NETWORK_POLICY[0] && route !== null && route.proxy !== null ? BEHIND_PROXY : rule;
}

function judgeStatus(status: number, name: string | undefined, { circumstances }: JudgedCall): Verdict {
  const { route, service } = circumstances;
  const rest = { code: "unavailable" as const, isThrottled: status === 429 };
  const fix = `Look for a proxy in between, and at ${service.endpointVariable}; else see AWS's health dashboard.`;
  const subject = route === null ? service.name : nameEndpoint(route);
  if (status >= 200 && status < 300)
    return { kind: "retry", what: `${subject} gives an answer that is not ${service.name}'s`, fix, ...rest };
  // Below 200 and redirects: whatever that was, it was not the service.
  const isPassing = status >= 500 || status < 400 || status === 408 || status === 429;
  const what = isPassing ? `${subject} answers ${status}` : `${subject} answers ${status} (${plainWord(name)})`;
  return { kind: isPassing ? "retry" : "fatal", what, fix, ...rest };
}

function verdictOf({ kind, code, what, fix, movedFix, isThrottled }: Rule, call: JudgedCall): Verdict {
  const isMoved = call.circumstances.route?.variable != null;
  const advice = isMoved ? (movedFix ?? fix) : fix;
  return { kind, code, what: fillIn(what, call), fix: fillIn(advice, call), isThrottled: isThrottled === true };
}

/** Puts what they stand for in the place of the words in capitals; a name such as AWS_CA_BUNDLE is none of them. */
function fillIn(text: string, { operation, resource, circumstances, clockOffsetMs = 0 }: JudgedCall): string {
  const { route, service, region } = circumstances;
  const words: Readonly<Record<string, string>> = {
    OPERATION: operation,
    ACTION: `${service.prefix}:${operation}`,
    RESOURCE: resource ?? "*",
    REGION: region,
    PRINCIPAL: namePrincipal(circumstances),
    SERVICE: service.name,
    VARIABLE: route?.variable ?? service.endpointVariable,
    PRIVATELINK: `com.amazonaws.${region}.${service.prefix}`,
    HOST: route === null ? service.name : nameEndpoint(route),
    NAME: route === null ? `of ${service.name}` : nameHost(route),
    PROXY: route?.proxy?.label ?? "of the environment",
    CLOCK: describeClock(clockOffsetMs),
  };
  return text.replace(/\b[A-Z]{4,}\b/g, (word) => words[word] ?? word);
}

/** In whole minutes: an answer's date is in seconds, and was a while on its way. */
function describeClock(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / 60_000);
  // It has been set meanwhile, or a proxy's date is what was seen.
  if (minutes === 0) return "off by minutes, by AWS's word";
  return `${formatAge(minutes * 60_000)} ${offsetMs > 0 ? "behind" : "ahead of"} AWS's`;
}

// An error's name comes from the wire: only a plain word of it is fit to be shown.
function plainWord(word: string | undefined): string {
  return word !== undefined && /^[A-Za-z_][A-Za-z_0-9]{0,59}$/.test(word) ? word : "unknown error";
}

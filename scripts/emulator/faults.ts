// Decides whether a request meets a scripted fault and which; the script is data, and the state of each fault lives here only.

import { buildErrorReply, type Call, type Reply, type Service, type ServiceError } from "./reply.ts";

interface FaultMatch {
  readonly service: Service;
  readonly method?: string;
  /** The whole path, or its start when it ends in `*`. */
  readonly path?: string;
  readonly operation?: string;
  /** The secret's id as the caller writes it. */
  readonly secret?: string;
}

export type FaultAction =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: string;
      readonly errorCode?: string;
      readonly message?: string;
    }
  /** Then goes on, to the next fault or to the true answer. */
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "hang" }
  | { readonly kind: "reset" }
  /** A captive portal's page with status 200, bytes that are no HTTP, or an answer that breaks off half-way. */
  | { readonly kind: "garbage"; readonly as?: "body" | "http" | "truncated" }
  /** Status 200 and a body of so many bytes, without saying beforehand how many. */
  | { readonly kind: "oversized"; readonly bytes: number }
  /** The true answer, but never more than so many of its bytes in a second. */
  | { readonly kind: "slow"; readonly bytesPerSecond: number }
  | { readonly kind: "throttle"; readonly perSecond: number }
  /** As an account's quota is kept: each answer takes a token, `perSecond` come back, and no more than `burst` lie ready. */
  | { readonly kind: "token-bucket"; readonly perSecond: number; readonly burst: number }
  /** 404 for the role's credentials, counted from the first request for them. */
  | { readonly kind: "not-yet"; readonly forMs: number }
  | { readonly kind: "not-yet"; readonly forRequests: number }
  /** HttpEndpoint=disabled: 403 everywhere. */
  | { readonly kind: "switched-off" }
  /** No token service, and answers without a token: what an old emulation of IMDS is like. */
  | { readonly kind: "v1-only"; readonly status?: 404 | 405 };

export interface Fault {
  readonly match: FaultMatch;
  /** Absent: always. */
  readonly times?: number;
  /** For so long from the first request that matches. Absent: for ever. */
  readonly forMs?: number;
  readonly do: FaultAction;
}

/** What is to happen to one request. `delayMs` comes first in any case. */
export interface Ruling {
  readonly delayMs: number;
  readonly outcome:
    | { readonly kind: "pass"; readonly withoutToken: boolean }
    | { readonly kind: "reply"; readonly reply: Reply }
    | Extract<FaultAction, { kind: "hang" | "reset" | "garbage" | "oversized" | "slow" }>;
  /** The kinds of the faults that the request met. */
  readonly met: readonly FaultAction["kind"][];
}

type Outcome = Ruling["outcome"];
interface FaultState {
  used: number;
  matchedAtMs: number | null;
  firstAtMs: number | null;
  recentAtMs: number[];
  /** Null: full, nothing was asked yet. */
  bucket: { tokens: number; filledAtMs: number } | null;
}

const THROTTLED: Readonly<Record<Service, ServiceError>> = {
  imds: { status: 429, code: "TooManyRequests", message: "" },
  secretsmanager: { status: 400, code: "ThrottlingException", message: "Rate exceeded" },
  ec2: { status: 503, code: "RequestLimitExceeded", message: "Request limit exceeded." },
};

const TOKEN_PATH = "/latest/api/token";
const CREDENTIALS_PATH = "/meta-data/iam/security-credentials";

interface FaultScript {
  rule(call: Call, nowMs: number): Ruling;
}

export function startFaultScript(faults: readonly Fault[]): FaultScript {
  const script = faults.map((fault) => ({
    fault,
    state: { used: 0, matchedAtMs: null, firstAtMs: null, recentAtMs: [], bucket: null } as FaultState,
  }));
  return {
    rule(call, nowMs) {
      let delayMs = 0;
      const met: FaultAction["kind"][] = [];
      for (const { fault, state } of script) {
        if (!matches(fault.match, call) || isOver(fault, state, nowMs)) continue;
        const outcome = decideOutcome(fault.do, state, call, nowMs);
        if (outcome === null && fault.do.kind !== "delay") continue;
        state.used += 1;
        met.push(fault.do.kind);
        if (fault.do.kind === "delay") delayMs += fault.do.ms;
        if (outcome) return { delayMs, outcome, met };
      }
      return { delayMs, outcome: { kind: "pass", withoutToken: false }, met };
    },
  };
}

/** The time runs from the first request that is asked about. */
function isOver({ times = Infinity, forMs = Infinity }: Fault, state: FaultState, nowMs: number): boolean {
  state.matchedAtMs ??= nowMs;
  return state.used >= times || nowMs - state.matchedAtMs >= forMs;
}

function matches(match: FaultMatch, call: Call): boolean {
  const samePath =
    match.path === undefined ||
    (match.path.endsWith("*") ? call.path.startsWith(match.path.slice(0, -1)) : call.path === match.path);
  return (
    samePath &&
    match.service === call.service &&
    (match.method ?? call.method) === call.method &&
    (match.operation ?? call.operation) === call.operation &&
    (match.secret ?? call.secret) === call.secret
  );
}

/** Null: this fault lets the request pass, this time. */
function decideOutcome(action: FaultAction, state: FaultState, call: Call, nowMs: number): Outcome | null {
  switch (action.kind) {
    case "delay":
      return null;
    case "hang":
    case "reset":
    case "garbage":
    case "oversized":
    case "slow":
      return action;
    case "status":
      return { kind: "reply", reply: buildStatusReply(action, call.service) };
    case "switched-off":
      return replyWith(call.service, { status: 403, code: "AccessDenied", message: "Forbidden" });
    case "throttle":
      return admit(action.perSecond, state, nowMs) ? null : replyWith(call.service, THROTTLED[call.service]);
    case "token-bucket":
      return takeToken(action, state, nowMs) ? null : replyWith(call.service, THROTTLED[call.service]);
    case "not-yet":
      return isNotYet(action, state, call, nowMs) ? replyWith("imds", { status: 404, code: "", message: "" }) : null;
    case "v1-only":
      if (call.path !== TOKEN_PATH) return { kind: "pass", withoutToken: true };
      return replyWith("imds", { status: action.status ?? 404, code: "", message: "" });
  }
}

function replyWith(service: Service, error: ServiceError): Outcome {
  return { kind: "reply", reply: buildErrorReply(service, error) };
}

function buildStatusReply(action: Extract<FaultAction, { kind: "status" }>, service: Service): Reply {
  const { status, body, errorCode: code = status < 500 ? "ValidationException" : "InternalServiceError" } = action;
  const reply = buildErrorReply(service, { status, code, message: action.message ?? `Scripted answer ${status}` });
  return body === undefined ? reply : { ...reply, body };
}

function admit(perSecond: number, state: FaultState, nowMs: number): boolean {
  state.recentAtMs = state.recentAtMs.filter((atMs) => nowMs - atMs < 1000);
  if (state.recentAtMs.length >= perSecond) return false;
  state.recentAtMs.push(nowMs);
  return true;
}

function takeToken(
  { perSecond, burst }: Extract<FaultAction, { kind: "token-bucket" }>,
  state: FaultState,
  nowMs: number,
): boolean {
  const { tokens, filledAtMs } = state.bucket ?? { tokens: burst, filledAtMs: nowMs };
  const filled = Math.min(burst, tokens + ((nowMs - filledAtMs) / 1000) * perSecond);
  const isGranted = filled >= 1;
  state.bucket = { tokens: isGranted ? filled - 1 : filled, filledAtMs: nowMs };
  return isGranted;
}

function isNotYet(
  action: Extract<FaultAction, { kind: "not-yet" }>,
  state: FaultState,
  call: Call,
  nowMs: number,
): boolean {
  if (!call.path.includes(CREDENTIALS_PATH)) return false;
  state.firstAtMs ??= nowMs;
  return "forMs" in action ? nowMs - state.firstAtMs < action.forMs : state.used < action.forRequests;
}

// One call of a service, made until it is answered, is final, or the run's time is up: what the policy table says, done.

import { computeBackoffMs, wait } from "../../backoff.ts";
import { isBug } from "../../bug.ts";
import type { Deadline } from "../../deadline.ts";
import type { Log } from "../../log.ts";
import { Refusal, type RefusalCode } from "../../refusal.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";
import type { Clients, Lease } from "./clients.ts";
import { hasStatus, judgeError, judgeFlaw, type Verdict } from "./error-policy.ts";
import { BACKOFF } from "./waits.ts";

/** What came of reading an answer. */
export type Checked<T> = Flaw | { readonly kind: "good"; readonly answer: T };

/** What is wrong with an answer, after the name of who gave it: `answers for another secret`. */
export interface Flaw {
  readonly kind: "flaw";
  readonly flaw: string;
}

export interface CallContext<Client> {
  readonly clients: Clients<Client>;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly random: () => number;
  /** Hears of each try that is followed by another. */
  readonly onRetry?: () => void;
  /** Default: no time is noted. */
  readonly time?: TimeStep;
}

export interface Call<Client, T> {
  /** How log lines and refusals start: `secret db (prod/db in eu-west-1)`. */
  readonly subject: string;
  readonly region: string;
  readonly operation: string;
  /** What IAM calls what is asked for; left out: nothing in particular. */
  readonly resource?: string;
  /** One try. */
  readonly send: (client: Client, options: { readonly abortSignal: AbortSignal }) => Promise<Checked<T>>;
  /** The caller can ask in another way, under another quota: being throttled ends the call at once. */
  readonly hasAlternative?: boolean;
}

interface Failure {
  readonly code: RefusalCode;
  readonly what: string;
  /** What keeps any other call from its answer, too. Null: it is about this one's resource. */
  readonly cause: string | null;
  readonly fix: string;
  /** Of the verdict that ended it: `fatal` is the service's own final word. */
  readonly kind: Verdict["kind"];
  readonly isThrottled: boolean;
}

export type Outcome<T> =
  | { readonly kind: "answered"; readonly answer: T }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Throws only what is not the service's: our own bugs, and the Refusal of credentials that cannot be had. */
export function callService<Client, T>(call: Call<Client, T>, context: CallContext<Client>): Promise<Outcome<T>> {
  const { time = UNTIMED } = context;
  return time(`${call.operation} ${call.subject}`, (again) => {
    const onRetry = () => {
      again();
      context.onRetry?.();
    };
    return callUntilAnswered(call, { ...context, onRetry });
  });
}

async function callUntilAnswered<Client, T>(call: Call<Client, T>, context: CallContext<Client>): Promise<Outcome<T>> {
  let isRenewed = false;
  let last: Verdict | null = null;
  for (let tries = 1; ; tries++) {
    const lease = context.clients.lease(call.region);
    const outcome = await tryOnce(call, lease, context.deadline);
    if (outcome.kind === "answered") return outcome;
    // A try that the end of time cut short says less than the whole one before it.
    const verdict: Verdict = last !== null && context.deadline.signal.aborted ? last : outcome.verdict;
    last = verdict;
    if (verdict.kind === "fatal" || (verdict.isThrottled && call.hasAlternative === true))
      return failed(verdict, verdict.what, null);
    if (verdict.kind === "refresh") {
      const what = `${verdict.what}, and new ones did not help`;
      if (isRenewed) return failed(verdict, what, what);
      isRenewed = true;
      context.onRetry?.();
      context.log("warn", `${call.subject}: ${verdict.what}; fetching new ones`);
      context.clients.renew(lease.credentialsEpoch);
      continue;
    }
    if (!(await pause(call.subject, verdict, tries, context))) {
      const what = `${verdict.what}, after ${tries} ${tries === 1 ? "try" : "tries"} until the deadline`;
      return failed(verdict, what, verdict.what);
    }
  }
}

export function refusalOf(
  subject: string,
  { code, what, cause = null, fix }: Pick<Failure, "code" | "what" | "fix"> & Partial<Pick<Failure, "cause">>,
): Refusal {
  // A right, a secret, an endpoint: whoever has the account mends it. A wrong id or variable is this machine's.
  const isRetryable = code !== "config" && code !== "usage";
  return new Refusal(code, { what: `${subject}: ${what}`, fix }, { isRetryable, shared: cause });
}

function failed({ code, fix, kind, isThrottled }: Verdict, what: string, cause: string | null): Outcome<never> {
  return { kind: "failed", failure: { code, what, cause, fix, kind, isThrottled } };
}

type Try<T> =
  | { readonly kind: "answered"; readonly answer: T }
  | { readonly kind: "judged"; readonly verdict: Verdict };

async function tryOnce<Client, T>(
  call: Call<Client, T>,
  { client, circumstances, clockOffsetMs }: Lease<Client>,
  deadline: Deadline,
): Promise<Try<T>> {
  const { operation, resource } = call;
  const about = { operation, circumstances, ...(resource === undefined ? {} : { resource }) };
  try {
    const checked = await call.send(client, { abortSignal: deadline.signal });
    return checked.kind === "good"
      ? { kind: "answered", answer: checked.answer }
      : { kind: "judged", verdict: judgeFlaw(checked.flaw, about) };
  } catch (error) {
    // Our own: the role's credentials could not be had, or a bug. The SDK's answer to a foreign one has a status.
    if (error instanceof Refusal || (isBug(error) && !hasStatus(error))) throw error;
    // What the answer's date has just taught it.
    return { kind: "judged", verdict: judgeError(error, { ...about, clockOffsetMs: clockOffsetMs() }) };
  }
}

/** False: the deadline comes first. */
async function pause(
  subject: string,
  { what, isThrottled }: Verdict,
  tries: number,
  { deadline, log, random, onRetry }: Omit<CallContext<unknown>, "clients">,
): Promise<boolean> {
  const { signal } = deadline;
  const clock = { remainingMs: () => deadline.remainingMs(), random, signal };
  const waitMs = computeBackoffMs(tries, BACKOFF[isThrottled ? "throttled" : "fault"], clock);
  if (waitMs === null) return false;
  onRetry?.();
  log("warn", `${subject}: ${what}; trying again`, { attempt: tries, waitMs: Math.round(waitMs) });
  // What ends the run ends the wait, and the try after it.
  await wait(waitMs, signal);
  return true;
}

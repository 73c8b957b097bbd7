// One way to IMDS for a whole run: its sockets, its clocks, and a request that is tried until time is up.

import type { RetryClock } from "../../backoff.ts";
import type { Deadline } from "../../deadline.ts";
import { Connections } from "../../http/connections.ts";
import { tcpTo } from "../../http/open-socket.ts";
import type { Log } from "../../log.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";
import { gaveUp, tooLarge } from "./imds-problems.ts";
import { type ImdsAnswer, ImdsTrouble, requestOnce } from "./imds-request.ts";
import { type Attempt, retry } from "./imds-retry.ts";

// IMDS answers within a millisecond: to open one more costs as much as to wait for one.
const MOST_CONNECTIONS = 2;

export interface ImdsClientOptions {
  readonly endpoint: URL;
  readonly deadline: Deadline;
  readonly log: Log;
  /** The longest wait for the first token, for a machine that may have no IMDS. Default: the deadline alone. */
  readonly patienceMs?: number;
  /** Hears of each answer that makes the client ask again. */
  readonly onRetry?: () => void;
  /** Default: no time is noted. */
  readonly time?: TimeStep;
  readonly random?: () => number;
  readonly nowMs?: () => number;
}

export interface ImdsConnection {
  readonly endpoint: URL;
  readonly connections: Connections;
  readonly log: Log;
  readonly onRetry: () => void;
  readonly time: TimeStep;
  readonly clock: RetryClock;
  /** The clock of the first token, which may have less time. */
  readonly patience: RetryClock;
  readonly nowMs: () => number;
  close(): void;
}

// IMDS answers from the instance's own host in a millisecond or two; a try that takes this long is lost.
const TRY_TIMEOUT_MS = 1000;

export function openConnection({ endpoint, deadline, log, ...rest }: ImdsClientOptions): ImdsConnection {
  const {
    patienceMs = Infinity,
    onRetry = () => {},
    time = UNTIMED,
    random = Math.random,
    nowMs = () => performance.now(),
  } = rest;
  const closing = new AbortController();
  const signal = AbortSignal.any([deadline.signal, closing.signal]);
  const host = endpoint.hostname.replace(/^\[(.*)\]$/, "$1");
  const connections = new Connections(tcpTo({ host, port: Number(endpoint.port || "80") }), MOST_CONNECTIONS);
  const clock: RetryClock = { remainingMs: () => deadline.remainingMs(), random, signal };
  const patienceEndMs = nowMs() + patienceMs;
  const patience = { ...clock, remainingMs: () => Math.min(clock.remainingMs(), Math.max(0, patienceEndMs - nowMs())) };
  const close = (): void => {
    closing.abort();
    connections.destroy();
  };
  return { endpoint, connections, log, onRetry, time, clock, patience, nowMs, close };
}

/** One try. Throws only what another try cannot fix. */
export async function send(
  { endpoint, connections, ...connection }: ImdsConnection,
  method: "GET" | "PUT",
  path: string,
  headers: Readonly<Record<string, string>>,
  clock: RetryClock = connection.clock,
): Promise<Attempt<ImdsAnswer>> {
  const timeoutMs = Math.max(1, Math.min(TRY_TIMEOUT_MS, clock.remainingMs()));
  try {
    const request = { endpoint, connections, method, path, headers, timeoutMs, signal: clock.signal };
    return asAttempt(await requestOnce(request));
  } catch (error) {
    if (!(error instanceof ImdsTrouble)) throw error;
    if (error.kind === "too-large") throw tooLarge(endpoint, path, error.message);
    return { kind: "again", trouble: error.kind, detail: error.message };
  }
}

// A busy server, or one with a passing fault, has not answered.
function asAttempt(answer: ImdsAnswer): Attempt<ImdsAnswer> {
  const passing = answer.status === 429 || answer.status >= 500;
  return passing
    ? { kind: "again", trouble: "busy", detail: `HTTP ${answer.status}` }
    : { kind: "done", value: answer };
}

/** So long nobody wonders: the network of a boot needs a second, and a role that was just attached some more. */
const LONG_MS = 2_000;

/** Tries until there is a value or the clock has run out; `refuse` may name the cause of the latter more exactly. */
export function persist<T>(
  connection: ImdsConnection,
  clock: RetryClock,
  path: string,
  attempt: () => Promise<Attempt<T>>,
  refuse: () => Error | null = () => null,
): Promise<T> {
  return connection.time(nameRead(path), (again) => {
    const onRetry = () => {
      again();
      connection.onRetry();
    };
    return askUntilDone({ ...connection, onRetry }, clock, path, attempt, refuse);
  });
}

/** Without what follows the kind of thing that is asked for: IMDS itself said it. `IMDS iam/security-credentials`. */
function nameRead(path: string): string {
  const words = path.replace(/^\/latest\/(?:meta-data\/|api\/)?/, "").split("/");
  return `IMDS ${words.slice(0, 2).join("/")}`;
}

async function askUntilDone<T>(
  { endpoint, log, onRetry, nowMs }: ImdsConnection,
  clock: RetryClock,
  path: string,
  attempt: () => Promise<Attempt<T>>,
  refuse: () => Error | null,
): Promise<T> {
  const startMs = nowMs();
  let isTold = false;
  const outcome = await retry(clock, async () => {
    const result = await attempt();
    if (result.kind === "again") {
      onRetry();
      const isLong = !isTold && nowMs() - startMs >= LONG_MS;
      isTold ||= isLong;
      log(isLong ? "warn" : "debug", "IMDS gave no answer yet; trying again", { path, detail: result.detail });
    }
    return result;
  });
  if (outcome.kind === "done") return outcome.value;
  throw refuse() ?? gaveUp(endpoint, path, outcome, nowMs() - startMs);
}

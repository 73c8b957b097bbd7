// The way to IMDS for a whole run: its routes, its clocks, and one request.

import type { RetryClock } from "../../backoff.ts";
import type { Deadline } from "../../deadline.ts";
import { Connections } from "../../http/connections.ts";
import { tcpTo } from "../../http/open-socket.ts";
import type { Log } from "../../log.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";
import { hostOf, type ImdsEndpoints } from "./imds-endpoint.ts";
import { tooLarge } from "./imds-problems.ts";
import type { Route } from "./imds-race.ts";
import { type ImdsAnswer, ImdsTrouble, requestOnce } from "./imds-request.ts";
import type { Attempt } from "./imds-retry.ts";

// IMDS answers within a millisecond: to open one more costs as much as to wait for one.
const MOST_CONNECTIONS = 2;

export interface ImdsClientOptions {
  readonly endpoints: ImdsEndpoints;
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
  /** Those that are still in the race, the first choice first: one alone once it has answered. */
  readonly routes: readonly [Route, ...Route[]];
  readonly log: Log;
  readonly onRetry: () => void;
  readonly time: TimeStep;
  readonly clock: RetryClock;
  /** The clock of the first token, which may have less time. */
  readonly patience: RetryClock;
  readonly nowMs: () => number;
  /** Ends the other routes. */
  keep(winner: Route): void;
  close(): void;
}

// IMDS answers from the instance's own host in a millisecond or two; a try that takes this long is lost.
const TRY_TIMEOUT_MS = 1000;

export function openConnection({ endpoints, deadline, log, ...rest }: ImdsClientOptions): ImdsConnection {
  const {
    patienceMs = Infinity,
    onRetry = () => {},
    time = UNTIMED,
    random = Math.random,
    nowMs = () => performance.now(),
  } = rest;
  const closing = new AbortController();
  const signal = AbortSignal.any([deadline.signal, closing.signal]);
  const clock: RetryClock = { remainingMs: () => deadline.remainingMs(), random, signal };
  const patienceEndMs = nowMs() + patienceMs;
  const patience = { ...clock, remainingMs: () => Math.min(clock.remainingMs(), Math.max(0, patienceEndMs - nowMs())) };
  const [first, ...others] = endpoints;
  let routes: readonly [Route, ...Route[]] = [openRoute(first), ...others.map(openRoute)];
  return {
    get routes() {
      return routes;
    },
    log,
    onRetry,
    time,
    clock,
    patience,
    nowMs,
    keep: (winner) => {
      for (const route of routes) if (route !== winner) route.connections.destroy();
      routes = [winner];
    },
    close: () => {
      closing.abort();
      for (const { connections } of routes) connections.destroy();
    },
  };
}

function openRoute(endpoint: URL): Route {
  const place = { host: hostOf(endpoint), port: Number(endpoint.port || "80") };
  return { endpoint, connections: new Connections(tcpTo(place), MOST_CONNECTIONS), last: null };
}

/** One try. Throws only what another try cannot fix. */
export async function send(
  { endpoint, connections }: Route,
  method: "GET" | "PUT",
  path: string,
  headers: Readonly<Record<string, string>>,
  clock: RetryClock,
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

// Our own IMDSv2 client: one session token for all reads, retries under the run's deadline. Never speaks v1, never
// uses a proxy, and never puts an answer's body into an error.

import type { RetryClock } from "../../backoff.ts";
import { type Problem, Refusal } from "../../refusal.ts";
import { type ImdsClientOptions, type ImdsConnection, openConnection, persist, send } from "./imds-connection.ts";
import { noToken, switchedOff, tokenRefused, unexpectedStatus, v1Only } from "./imds-problems.ts";
import type { ImdsAnswer } from "./imds-request.ts";
import type { Attempt } from "./imds-retry.ts";
import { createTokenKeeper, type Token } from "./imds-token.ts";

/** Every method rejects with a Refusal `unavailable` when IMDS is off, is not IMDSv2, or gave nothing in time. */
export interface ImdsClient {
  /** Asks for the session token ahead of the first read; never waits, never fails. */
  prepare(): void;
  /** The text at a path below `latest/meta-data/`. Null: IMDS answers 404. */
  fetch(path: string): Promise<string | null>;
  /** Asks until IMDS has the path and `take` accepts its text (null: not yet). `absent`: the problem when time is up first. */
  waitFor<T>(path: string, take: (text: string) => T | null, absent: () => Problem): Promise<T>;
  /** Ends every request under way and drops the connections. */
  close(): void;
}

// The longest life that IMDS gives a token; a run that is over in seconds never renews one.
const TOKEN_TTL_SECONDS = 21_600;
const TOKEN_PATH = "/latest/api/token";

export function createImdsClient(options: ImdsClientOptions): ImdsClient {
  const connection = openConnection(options);
  let tokenClock = connection.patience;
  const tokens = createTokenKeeper(async () => {
    const token = await fetchToken(connection, tokenClock);
    tokenClock = connection.clock;
    return token;
  }, connection.nowMs);

  async function read(path: string): Promise<Attempt<string | null>> {
    const get = (token: Token) => send(connection, "GET", path, { "x-aws-ec2-metadata-token": token.value });
    const token = await tokens.get();
    let answer = await get(token);
    if (answer.kind === "done" && answer.value.status === 401) {
      tokens.drop(token);
      answer = await get(await tokens.get());
    }
    return answer.kind === "again" ? answer : judgeRead(connection.endpoint, path, answer.value);
  }

  return {
    // Whoever reads first joins this request, and gets its error.
    prepare: () => void tokens.get().catch(() => undefined),
    fetch: (path) => persist(connection, connection.clock, pathOf(path), () => read(pathOf(path))),
    waitFor: (path, take, absent) => waitFor(connection, pathOf(path), read, take, absent),
    close: () => connection.close(),
  };
}

function pathOf(path: string): string {
  return `/latest/meta-data/${path}`;
}

async function fetchToken(connection: ImdsConnection, clock: RetryClock): Promise<Token> {
  const headers = { "x-aws-ec2-metadata-token-ttl-seconds": String(TOKEN_TTL_SECONDS), "content-length": "0" };
  return persist(connection, clock, TOKEN_PATH, async () => {
    const answer = await send(connection, "PUT", TOKEN_PATH, headers, clock);
    return answer.kind === "again" ? answer : { kind: "done", value: judgeToken(connection.endpoint, answer.value) };
  });
}

function judgeToken(endpoint: URL, { status, body, ttlSeconds }: ImdsAnswer): Token {
  if (status === 403) throw switchedOff(endpoint);
  if (status === 404 || status === 405) throw v1Only(endpoint, status);
  if (status !== 200) throw unexpectedStatus(endpoint, TOKEN_PATH, status);
  // It becomes a header: printable, no blanks. Real ones are base64 of 56 characters.
  if (!/^[\x21-\x7e]{1,1024}$/.test(body)) throw noToken(endpoint, body.length);
  return { value: body, ttlSeconds: ttlSeconds ?? TOKEN_TTL_SECONDS };
}

function judgeRead(endpoint: URL, path: string, { status, body }: ImdsAnswer): Attempt<string | null> {
  if (status === 200) return { kind: "done", value: body };
  if (status === 404) return { kind: "done", value: null };
  if (status === 401) throw tokenRefused(endpoint);
  if (status === 403) throw switchedOff(endpoint);
  throw unexpectedStatus(endpoint, path, status);
}

async function waitFor<T>(
  connection: ImdsConnection,
  path: string,
  read: (path: string) => Promise<Attempt<string | null>>,
  take: (text: string) => T | null,
  absent: () => Problem,
): Promise<T> {
  let reached = false;
  const attempt = async (): Promise<Attempt<T>> => {
    const answer = await read(path);
    if (answer.kind === "again") return answer;
    reached = true;
    const taken = answer.value === null ? null : take(answer.value);
    return taken === null
      ? { kind: "again", trouble: "not-there", detail: "not there yet" }
      : { kind: "done", value: taken };
  };
  return persist(connection, connection.clock, path, attempt, () =>
    reached ? new Refusal("unavailable", absent()) : null,
  );
}

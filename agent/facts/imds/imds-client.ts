// Our own IMDSv2 client: one session token for all reads, retries under the run's deadline. Never speaks v1, never
// uses a proxy, and never puts an answer's body into an error.

import { type Problem, Refusal } from "../../refusal.ts";
import { fetchToken } from "./fetch-token.ts";
import { type ImdsClientOptions, type ImdsConnection, openConnection, send } from "./imds-connection.ts";
import type { ImdsDaemon } from "./imds-daemon.ts";
import { DAEMON_SOCKET, leaveToDaemon, Locked } from "./imds-locked.ts";
import { persist } from "./imds-persist.ts";
import { switchedOff, tokenRefused, unexpectedStatus } from "./imds-problems.ts";
import type { ImdsAnswer } from "./imds-request.ts";
import { EMPTY, NOT_THERE, type Attempt } from "./imds-retry.ts";
import { createTokenKeeper, type Token, type TokenKeeper } from "./imds-token.ts";

/** Every method rejects with a Refusal `unavailable` when IMDS is off, is not IMDSv2, or gave nothing in time. */
export interface ImdsClient {
  /** Asks for the session token ahead of the first read; never waits, never fails. */
  prepare(): void;
  /**
   * The text at a path below `latest/meta-data/`. Null: IMDS answers 404.
   * @param may an IMDS that is asked too often gives nothing: unless it may, it is asked again
   */
  fetch(path: string, may?: "be-empty"): Promise<string | null>;
  /** Asks until IMDS has the path and `take` accepts its text (null: not yet). `absent`: the problem when time is up first. */
  waitFor<T>(path: string, take: (text: string) => T | null, absent: () => Problem): Promise<T>;
  /** Ends every request under way and drops the connections. */
  close(): void;
}

export function createImdsClient(options: ImdsClientOptions): ImdsClient {
  const connection = openConnection(options);
  const { clock, patience, nowMs } = connection;
  let tokenClock = patience;
  // Whoever comes when time is up already is told what it was spent on.
  let failure: Refusal | null = null;
  const tokens = createTokenKeeper(async () => {
    try {
      const token = await fetchToken(connection, tokenClock, () => failure);
      tokenClock = clock;
      return token;
    } catch (error) {
      if (error instanceof Refusal) failure = error;
      throw error;
    }
  }, nowMs);
  const read = openReader(connection, tokens);

  return {
    // Whoever reads first joins this request, and gets its error.
    prepare: () => void tokens.get().catch(() => undefined),
    fetch: (name, may) => {
      const path = pathOf(name);
      const attempt = async (): Promise<Attempt<string | null>> => {
        const answer = await read(path, false);
        return answer.kind === "done" && answer.value === "" && may !== "be-empty" ? EMPTY : answer;
      };
      return persist(connection, clock, path, attempt, () => failure);
    },
    waitFor: <T>(name: string, take: (text: string) => T | null, absent: () => Problem) => {
      const path = pathOf(name);
      let isReached = false;
      const attempt = async (): Promise<Attempt<T>> => {
        const answer = await read(path, true);
        if (answer.kind === "again") return answer;
        isReached = true;
        const taken = answer.value === null || answer.value === "" ? null : take(answer.value);
        return taken === null ? NOT_THERE : { kind: "done", value: taken };
      };
      const refuse = (): Refusal | null => (isReached ? new Refusal("unavailable", absent()) : failure);
      return persist(connection, clock, path, attempt, refuse);
    },
    close: () => connection.close(),
  };
}

/** One try of a path. @param isFresh not what somebody else has remembered */
type Read = (path: string, isFresh: boolean) => Promise<Attempt<string | null>>;

/** Directly, until this machine turns out to keep IMDS to its daemon: by that one from then on. */
function openReader(connection: ImdsConnection, tokens: TokenKeeper): Read {
  const { clock, log } = connection;
  let daemon: Promise<ImdsDaemon> | null = null;

  async function askDaemon(): Promise<ImdsDaemon> {
    log("info", "this machine keeps IMDS to systemd-imdsd, which is asked now", { socket: DAEMON_SOCKET });
    const { openDaemon } = await import("./imds-daemon.ts");
    return openDaemon(DAEMON_SOCKET, clock);
  }

  return async (path, isFresh) => {
    try {
      if (daemon === null) return await readDirectly(connection, tokens, path);
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      daemon ??= askDaemon();
    }
    return (await daemon).read(path, isFresh);
  };
}

async function readDirectly(
  connection: ImdsConnection,
  tokens: TokenKeeper,
  path: string,
): Promise<Attempt<string | null>> {
  const token = await tokens.get();
  // Only now: who was first to give a token is the one to read from.
  const [route] = connection.routes;
  const get = ({ value }: Token) => send(route, "GET", path, { "x-aws-ec2-metadata-token": value }, connection.clock);
  let answer = await get(token);
  if (answer.kind === "done" && answer.value.status === 401) {
    tokens.drop(token);
    answer = await get(await tokens.get());
  }
  if (answer.kind === "done") return judgeRead(route.endpoint, path, answer.value);
  leaveToDaemon(route.endpoint, answer);
  return answer;
}

function pathOf(name: string): string {
  return `/latest/meta-data/${name}`;
}

function judgeRead(endpoint: URL, path: string, { status, body }: ImdsAnswer): Attempt<string | null> {
  if (status === 200) return { kind: "done", value: body };
  if (status === 404) return { kind: "done", value: null };
  if (status === 401) throw tokenRefused(endpoint);
  if (status === 403) throw switchedOff(endpoint.origin);
  throw unexpectedStatus(endpoint, path, status);
}

// The session token of IMDSv2, by the first of IMDS's addresses that answers, which is the run's from then on.

import type { RetryClock } from "../../backoff.ts";
import { type ImdsConnection, send } from "./imds-connection.ts";
import { leaveToDaemon } from "./imds-locked.ts";
import { persist } from "./imds-persist.ts";
import { inTheWay, noToken, switchedOff, unexpectedStatus, v1Only } from "./imds-problems.ts";
import { raceRoutes } from "./imds-race.ts";
import type { ImdsAnswer } from "./imds-request.ts";
import { EMPTY, type Attempt } from "./imds-retry.ts";
import type { Token } from "./imds-token.ts";

// The longest life that IMDS gives a token; a run that is over in seconds never renews one.
const TTL_SECONDS = 21_600;
const PATH = "/latest/api/token";

/** @param refuse what is thrown when time is up, if it knows better */
export async function fetchToken(
  connection: ImdsConnection,
  clock: RetryClock,
  refuse: () => Error | null,
): Promise<Token> {
  const headers = { "x-aws-ec2-metadata-token-ttl-seconds": String(TTL_SECONDS), "content-length": "0" };
  const attempt = async (): Promise<Attempt<Token>> => {
    const { routes } = connection;
    const answer = await raceRoutes(routes, clock, (route) => send(route, "PUT", PATH, headers, clock));
    if (answer.kind === "again") {
      for (const { endpoint, last } of routes) leaveToDaemon(endpoint, last);
      return answer;
    }
    const [winner, token] = answer.value;
    connection.keep(winner);
    return judgeToken(winner.endpoint, token);
  };
  return persist(connection, clock, PATH, attempt, refuse);
}

function judgeToken(endpoint: URL, { status, body, ttlSeconds, isProxied }: ImdsAnswer): Attempt<Token> {
  if (isProxied && status !== 200) throw inTheWay(endpoint, status);
  if (status === 403) throw switchedOff(endpoint.origin);
  if (status === 404 || status === 405) throw v1Only(endpoint, status);
  if (status !== 200) throw unexpectedStatus(endpoint, PATH, status);
  if (body === "") return EMPTY;
  // It becomes a header: printable, no blanks. Real ones are base64 of 56 characters.
  if (!/^[\x21-\x7e]{1,1024}$/.test(body)) throw noToken(endpoint, body.length);
  return { kind: "done", value: { value: body, ttlSeconds: ttlSeconds ?? TTL_SECONDS } };
}

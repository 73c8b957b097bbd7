// Asks IMDS until it answers or the time is up, tells of a long wait, and says in the end why there was no answer.

import type { RetryClock } from "../../backoff.ts";
import type { ImdsConnection } from "./imds-connection.ts";
import { gaveUp } from "./imds-problems.ts";
import { type Attempt, type GaveUp, retry } from "./imds-retry.ts";

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
    return askUntilDone(connection, onRetry, clock, path, attempt, refuse);
  });
}

/** Without what IMDS itself said: `IMDS iam/security-credentials/…` of a role's credentials. */
function nameRead(path: string): string {
  const [first, second, third] = path.replace(/^\/latest\/(?:meta-data\/|api\/)?/, "").split("/");
  return `IMDS ${first}${second === undefined ? "" : `/${second}`}${third ? "/…" : ""}`;
}

async function askUntilDone<T>(
  connection: ImdsConnection,
  onRetry: () => void,
  clock: RetryClock,
  path: string,
  attempt: () => Promise<Attempt<T>>,
  refuse: () => Error | null,
): Promise<T> {
  const { log, nowMs } = connection;
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
  throw refuse() ?? (await explain(connection, path, outcome, nowMs() - startMs));
}

async function explain({ routes }: ImdsConnection, path: string, { tries, last }: GaveUp, waitedMs: number) {
  const { diagnose } = await import("./imds-diagnosis.ts");
  // A token is asked for by every route; what is read then, by one, or by the daemon alone.
  const fates =
    last?.trouble === "daemon"
      ? [{ endpoint: null, last }]
      : routes.map((route) => ({ endpoint: route.endpoint, last: routes.length > 1 ? route.last : last }));
  return gaveUp(diagnose({ fates, path, tries, waitedMs }));
}

// IMDS has an address of IPv4 and one of IPv6, and an instance may reach only one of them: the first that answers is the one. On a
// healthy instance the first choice answers before the second is asked.

import type { RetryClock } from "../../backoff.ts";
import type { Connections } from "../../http/connections.ts";
import { isCutShort, isOfNetwork, type Again, type Attempt } from "./imds-retry.ts";

/** A way to IMDS: one of its addresses. */
export interface Route {
  readonly endpoint: URL;
  readonly connections: Connections;
  /** What its last whole try came to; null: there was none, or it has answered. */
  last: Again | null;
}

/** A hundred times what IMDS needs, and as long as cloud-init waits. */
const STAGGER_MS = 150;

/**
 * Asks by the first route, and by each further one when the one before has failed or has not answered for a moment.
 * @returns what the first that is done came to, with its route; else how all of them failed
 */
export function raceRoutes<T>(
  routes: readonly Route[],
  clock: RetryClock,
  ask: (route: Route) => Promise<Attempt<T>>,
): Promise<Attempt<readonly [Route, T]>> {
  const { promise, resolve, reject } = Promise.withResolvers<Attempt<readonly [Route, T]>>();
  const failed: Again[] = [];
  let begun = 0;
  let timer: NodeJS.Timeout | undefined;

  const begin = (): void => {
    clearTimeout(timer);
    const route = routes[begun];
    if (route === undefined) return;
    begun += 1;
    if (begun < routes.length) timer = setTimeout(begin, STAGGER_MS);
    ask(route).then((outcome) => settle(route, outcome), fail);
  };

  const settle = (route: Route, outcome: Attempt<T>): void => {
    if (outcome.kind === "done") {
      clearTimeout(timer);
      return resolve({ kind: "done", value: [route, outcome.value] });
    }
    if (route.last === null || !isCutShort(clock)) route.last = outcome;
    failed.push(outcome);
    if (failed.length === routes.length) resolve(sumUp(failed));
    else begin();
  };

  const fail = (error: unknown): void => {
    clearTimeout(timer);
    reject(error);
  };

  begin();
  return promise;
}

/** Who was reached is not asked again at once, though another was not reached. */
function sumUp(failed: readonly Again[]): Again {
  const { trouble } = failed.find((each) => !isOfNetwork(each)) ?? failed.at(-1)!;
  return { kind: "again", trouble, detail: failed.map(({ detail }) => detail).join(", ") };
}

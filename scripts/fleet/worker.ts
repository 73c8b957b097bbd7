// A process that is many instances at once, in virtual time: boots its share, and says when nothing of it is under way.

import { subscribe } from "node:diagnostics_channel";
import { setImmediate as turn } from "node:timers/promises";
import type { Credentials } from "../../agent/aws/credentials.ts";
import { startDeadline } from "../../agent/deadline.ts";
import { fetchRoleCredentials } from "../../agent/facts/fetch-role-credentials.ts";
import { createImdsClient } from "../../agent/facts/imds/imds-client.ts";
import { bootInstance, countCall } from "./boot.ts";
import { TICK_MS, type Boot, type Order, type Report, type Share } from "./fleet.ts";
import { createRandom } from "./random.ts";
import { replaceTime } from "./virtual-time.ts";

/** Below the listen backlog of the emulator, whatever the number of workers. */
const MOST_UNDER_WAY = 64;
/** Between an answer and the next wait or request are promises, and at most one `setImmediate`. */
const QUIET_TURNS = 4;

const time = replaceTime(TICK_MS);
const boots: Boot[] = [];
let wanted = 0;
let underWay = 0;
let wake = (): void => {};

subscribe("parbake.http.exchange", (message) => {
  const { settled } = message as { readonly settled: Promise<unknown> };
  countCall();
  underWay += 1;
  const note = (): void => {
    underWay -= 1;
    wake();
  };
  settled.then(note, note);
});

function start(share: Share): void {
  // Once for all: IMDS is each host's own, and no fleet can throttle it.
  const credentials = fetchFromImds(share);
  for (let index = share.index; index < share.instances; index += share.workers) {
    wanted += 1;
    const random = createRandom(share.seed, index);
    const boot = async (): Promise<number> => boots.push(await bootInstance(share, random, () => credentials));
    time.schedule(() => void boot().catch(fail), random() * share.spreadMs);
  }
}

async function fetchFromImds({ endpoint, deadlineMs }: Share): Promise<Credentials> {
  const imds = createImdsClient({
    endpoints: [new URL(endpoint)],
    deadline: startDeadline(deadlineMs),
    log: () => {},
  });
  try {
    return await fetchRoleCredentials(imds);
  } finally {
    imds.close();
  }
}

/** Until there is nothing to do at this time any more. */
async function settle(): Promise<void> {
  for (;;) {
    if (underWay >= MOST_UNDER_WAY) await nextClose();
    else if (time.fireNext()) await turn();
    else if (await isQuiet()) return;
  }
}

async function isQuiet(): Promise<boolean> {
  if (underWay > 0) {
    await nextClose();
    return false;
  }
  for (let turns = 0; turns < QUIET_TURNS; turns++) await turn();
  return underWay === 0 && !time.isDue();
}

function nextClose(): Promise<void> {
  return new Promise((resolve) => (wake = resolve));
}

async function obey(order: Order): Promise<Report> {
  if (order.kind === "start") start(order.share);
  else time.advanceTo(order.toMs);
  await settle();
  if (boots.length === wanted) return { kind: "done", boots };
  const nextMs = time.nextDueMs();
  if (nextMs === null) throw new Error(`${wanted - boots.length} instances wait for nothing`);
  return { kind: "idle", nextMs };
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

process.on("message", (order: Order) => {
  obey(order).then((report) => process.send!(report), fail);
});

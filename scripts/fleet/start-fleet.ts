// Starts a fleet against one emulator with AWS's quotas, and keeps the time of all: it goes on only when every process is idle.

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startEmulator, type Emulator } from "../emulator/emulator.ts";
import type { Fault } from "../emulator/faults.ts";
import { secretName, type Boot, type FleetOptions, type Order, type Report } from "./fleet.ts";

// Open at once; beyond that, file descriptors of one process get scarce.
const MOST_CONNECTIONS = 6_000;

export interface Quota {
  readonly perSecond: number;
  readonly burst: number;
}

export type Quotas = Readonly<Record<"GetSecretValue" | "BatchGetSecretValue", Quota>>;

interface Call {
  readonly atMs: number;
  readonly operation: string;
  readonly isThrottled: boolean;
}

export interface FleetRun {
  readonly boots: readonly Boot[];
  /** In the order of their arrival. */
  readonly calls: readonly Call[];
}

/** @throws Error where an instance ends otherwise than with its secrets or a refusal */
export async function startFleet(options: FleetOptions, quotas: Quotas, workers: number): Promise<FleetRun> {
  let nowMs = 0;
  const secrets = Array.from({ length: options.secretsEach }, (_, index) => ({
    name: secretName(index),
    versions: [{ string: JSON.stringify({ password: `value ${index}` }) }],
  }));
  const world = { secrets, faults: buildBuckets(quotas) };
  const keepAlive = options.instances * options.secretsEach <= MOST_CONNECTIONS;
  const emulator = await startEmulator({ world, nowMs: () => nowMs, keepAlive });
  const children = Array.from({ length: workers }, () => forkWorker());
  try {
    const { endpoint } = emulator;
    let states = await Promise.all(
      children.map((child, index) => tell(child, { kind: "start", share: { ...options, endpoint, index, workers } })),
    );
    for (;;) {
      nowMs = Math.min(...states.map((state) => (state.kind === "idle" ? state.nextMs : Infinity)));
      if (nowMs === Infinity) break;
      states = await Promise.all(states.map((state, index) => advance(state, children[index]!, nowMs)));
    }
    const boots = states.flatMap((state) => (state.kind === "done" ? state.boots : []));
    return { boots, calls: readCalls(emulator) };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await emulator.close();
  }
}

function buildBuckets(quotas: Quotas): Fault[] {
  return Object.entries(quotas).map(([operation, quota]) => ({
    match: { service: "secretsmanager", operation },
    do: { kind: "token-bucket", ...quota },
  }));
}

function forkWorker(): ChildProcess {
  return fork(fileURLToPath(new URL("worker.ts", import.meta.url)), { execArgv: [] });
}

async function advance(state: Report, child: ChildProcess, toMs: number): Promise<Report> {
  return state.kind === "idle" && state.nextMs === toMs ? tell(child, { kind: "advance", toMs }) : state;
}

async function tell(child: ChildProcess, order: Order): Promise<Report> {
  child.send(order);
  const listening = new AbortController();
  const answer = once(child, "message", listening) as Promise<[Report]>;
  const death = once(child, "exit", listening).then(() => Promise.reject(new Error("a worker died; see stderr")));
  try {
    const [report] = await Promise.race([answer, death]);
    return report;
  } finally {
    death.catch(() => {});
    listening.abort();
  }
}

function readCalls({ requests, surprises }: Emulator): Call[] {
  if (surprises.length > 0) throw new Error(surprises.join("\n"));
  return requests
    .filter(({ service }) => service === "secretsmanager")
    .map(({ atMs, operation, faults }) => ({ atMs, operation: operation ?? "", isThrottled: faults.length > 0 }));
}

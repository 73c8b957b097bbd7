// Starts a whole fleet at once with parbake's own fetching code and prints what that does to Secrets Manager's quotas. Ends with 1
// if an instance that the quotas allow for does not start, or if the fleet retries in a storm or in waves.

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { parseDurationMs } from "../../agent/duration.ts";
import type { FleetOptions } from "../fleet/fleet.ts";
import { startFleet, type Quotas } from "../fleet/start-fleet.ts";
import { summarize, type Summary } from "../fleet/summarize.ts";

/** On average: what full jitter needs where all start in one instant, and one more for each longest mean wait. */
const MOST_CALLS_PER_SECRET = 3;
const LONGEST_MEAN_WAIT_MS = 5_000;
/** Chance alone makes a small fleet's seconds differ by half; waits without jitter, by a factor of ten and more. */
const MOST_RISE = 2;

const WAYS = {
  single: "GetSecretValue for each secret",
  jitter: "the same with aws.startJitter",
  batch: "aws.batch: BatchGetSecretValue for all",
} as const;
type Way = keyof typeof WAYS;

interface Bench {
  readonly ways: readonly Way[];
  readonly fleet: Omit<FleetOptions, "batch">;
  readonly quotas: Quotas;
  readonly workers: number;
}

function readArguments(): Bench {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      way: { type: "string", multiple: true, default: Object.keys(WAYS) },
      secrets: { type: "string", default: "3" },
      rate: { type: "string", default: "10000" },
      burst: { type: "string" },
      "batch-rate": { type: "string", default: "100" },
      "batch-burst": { type: "string" },
      deadline: { type: "string", default: "60s" },
      jitter: { type: "string", default: "10s" },
      spread: { type: "string", default: "0s" },
      seed: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
    },
  });
  return {
    ways: values.way.map(readWay),
    fleet: {
      instances: readCount(positionals[0] ?? "10000"),
      secretsEach: readCount(values.secrets),
      deadlineMs: readDuration(values.deadline),
      spreadMs: readDuration(values.spread),
      startJitterMs: readDuration(values.jitter),
      seed: readCount(values.seed),
    },
    // As far as AWS says, a quota of N a second is a bucket of N.
    quotas: {
      GetSecretValue: { perSecond: readCount(values.rate), burst: readCount(values.burst ?? values.rate) },
      BatchGetSecretValue: {
        perSecond: readCount(values["batch-rate"]),
        burst: readCount(values["batch-burst"] ?? values["batch-rate"]),
      },
    },
    workers: readCount(values.workers),
  };
}

function readWay(text: string): Way {
  if (text in WAYS) return text as Way;
  throw new Error(`--way ${text}: not one of ${Object.keys(WAYS).join(", ")}`);
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`${text} is not a whole number from 1`);
}

function readDuration(text: string): number {
  const durationMs = parseDurationMs(text);
  if (durationMs === null) throw new Error(`${text} is not a duration, like 10s`);
  return durationMs;
}

async function main(): Promise<void> {
  const bench = readArguments();
  printSetting(bench);
  for (const way of bench.ways) {
    const options: FleetOptions = {
      ...bench.fleet,
      batch: way === "batch",
      startJitterMs: way === "jitter" ? bench.fleet.startJitterMs : 0,
    };
    const startMs = performance.now();
    const summary = summarize(await startFleet(options, bench.quotas, bench.workers), options, bench.quotas);
    const complaints = judge(summary, options);
    console.log(formatSummary(way, summary, options, complaints));
    console.error(`  (simulated in ${Math.round((performance.now() - startMs) / 1000)} s)`);
    if (complaints.length > 0 && canServe(summary, options)) process.exitCode = 1;
  }
}

function printSetting({ fleet, quotas: { GetSecretValue: single, BatchGetSecretValue: batch } }: Bench): void {
  const { instances, secretsEach, deadlineMs, spreadMs, seed } = fleet;
  console.log(`${count(instances)} instances start within ${seconds(spreadMs)}, ${secretsEach} secrets each; seed ${seed}
quotas: GetSecretValue ${count(single.perSecond)}/s, at most ${count(single.burst)} at once; BatchGetSecretValue ${count(batch.perSecond)}/s, at most ${count(batch.burst)} at once; deadline ${seconds(deadlineMs)}
Real: parbake's fetching code, the SDK, signatures, HTTP, the rates. Virtual: time, which stands still while requests are under way.
Not shown: latency, packet loss, TLS, DNS, IMDS under load, and throttling of anything but Secrets Manager.`);
}

/** Can all instances come up at all, however well they behave? */
function canServe({ idealMs }: Summary, { deadlineMs }: FleetOptions): boolean {
  return idealMs < deadlineMs;
}

function judge(summary: Summary, { instances, secretsEach, deadlineMs }: FleetOptions): string[] {
  const waitedMs = Math.min(summary.idealMs, deadlineMs);
  const mostCalls = secretsEach * (MOST_CALLS_PER_SECRET + waitedMs / LONGEST_MEAN_WAIT_MS);
  return [
    ...(summary.cameUp < instances ? [`${count(instances - summary.cameUp)} did not come up: ${summary.refusal}`] : []),
    ...(summary.meanCalls > mostCalls ? [`a storm: more than ${mostCalls.toFixed(1)} calls per boot`] : []),
    ...(summary.largestRise > MOST_RISE ? [`waves: a second has ${summary.largestRise.toFixed(1)} × the last's`] : []),
  ];
}

function formatSummary(way: Way, summary: Summary, options: FleetOptions, complaints: readonly string[]): string {
  const { cameUp, meanCalls, maxCalls, throttledShare, firstMs, medianMs, lastMs, idealMs } = summary;
  const excuse = canServe(summary, options) ? "" : " (not held against it: the quota itself is too small)";
  const jitter = options.startJitterMs > 0 ? ` of ${seconds(options.startJitterMs)}` : "";
  const ratio = idealMs === 0 ? "" : `, ${(lastMs / idealMs).toFixed(1)} × it`;
  return [
    "",
    `${way}: ${WAYS[way]}${jitter}`,
    `  came up            ${count(cameUp)} of ${count(options.instances)}`,
    `  calls per boot     ${meanCalls.toFixed(1)} on average, ${maxCalls} at most; ${Math.round(throttledShare * 100)} % throttled`,
    `  up after           first ${seconds(firstMs)}, median ${seconds(medianMs)}, last ${seconds(lastMs)}; ideal ${seconds(idealMs)}${ratio}`,
    `  calls per second   ${summary.callsBySecond.map(count).join(" ")}`,
    `  after the first    peak ${summary.peakToMean.toFixed(1)} × the mean, largest rise ${summary.largestRise.toFixed(2)} ×`,
    ...complaints.map((complaint) => `  ${complaint}${excuse}`),
  ].join("\n");
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function seconds(valueMs: number): string {
  return `${(valueMs / 1000).toFixed(1)} s`;
}

await main();

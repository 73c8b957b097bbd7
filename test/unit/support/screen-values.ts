// What the screens of test/screens show that no command can show anywhere: a machine, a fleet, what runs have left.

import type { formatFacts } from "../../../agent/cli/print/print-facts.ts";
import type { formatFleet } from "../../../agent/cli/print/print-fleet.ts";
import type { Standing } from "../../../agent/fleet/judge-image.ts";
import type { Status } from "../../../agent/inspect/gather-status.ts";
import { NO_RESULTS, RunRecord } from "../../../agent/report/run-record.ts";
import { SOME_FACTS } from "./some-facts.ts";

const imds = (detail: string) => ({ source: "imds", detail, tookMs: 1.25 }) as const;
const kernel = (detail: string) => ({ source: "kernel", detail }) as const;

export const SCREEN_FACTS: Parameters<typeof formatFacts>[0] = {
  facts: {
    ...SOME_FACTS,
    cpuBaselinePercent: 20,
    roleName: "orders-instance-role",
    tags: { Role: "web", "aws:autoscaling:groupName": "orders-production-web" },
    fileSystems: null,
    origins: {
      instanceType: imds("/latest/meta-data/instance-type"),
      instanceId: imds("/latest/dynamic/instance-identity/document"),
      memTotalBytes: kernel("MemTotal of /proc/meminfo"),
      cpuQuota: kernel("cpu.max of the cgroup"),
    },
  },
  image: null,
  extras: { cpuModel: "Neoverse-V1", osDistribution: "Debian GNU/Linux" },
};

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 0, 31);

function known(id: string, ageDays: number, behind: number): Standing {
  const newest = imageOf("ami-0aaaaaaaaaaaaaaaa", 3);
  const image = imageOf(id, ageDays);
  return {
    kind: "known",
    image,
    ageMs: ageDays * DAY_MS,
    behind,
    behindMs: (ageDays - 3) * DAY_MS,
    newest,
  } as Standing;
}

function imageOf(id: string, ageDays: number) {
  const createdMs = NOW_MS - ageDays * DAY_MS;
  return { id, name: `orders-web-arm64-${ageDays}`, createdMs, state: "available", deprecatedMs: null };
}

export const SCREEN_FLEET: Parameters<typeof formatFleet>[0] = {
  regions: ["eu-central-1"],
  limits: { maxAgeMs: 30 * DAY_MS, maxBehind: null, bans: ["deregistered"] },
  summary: {
    takenAtMs: NOW_MS,
    instances: 61,
    outdated: 19,
    images: [
      {
        region: "eu-central-1",
        imageId: "ami-0bbbbbbbbbbbbbbbb",
        instances: 19,
        lifeCycles: { "on-demand": 16, spot: 3 },
        autoScalingGroups: { "orders-production-web": 12, "orders-staging-web": 5, "orders-canary": 2 },
        oldestLaunchMs: NOW_MS - 40 * DAY_MS,
        newestLaunchMs: NOW_MS - 2 * DAY_MS,
        standing: known("ami-0bbbbbbbbbbbbbbbb", 44, 5),
        faults: ["too-old"],
      },
      {
        region: "eu-central-1",
        imageId: "ami-0aaaaaaaaaaaaaaaa",
        instances: 42,
        lifeCycles: { "on-demand": 42 },
        autoScalingGroups: { "orders-production-web": 42 },
        oldestLaunchMs: NOW_MS - 3 * DAY_MS,
        newestLaunchMs: NOW_MS - DAY_MS / 2,
        standing: known("ami-0aaaaaaaaaaaaaaaa", 3, 0),
        faults: [],
      },
    ],
  },
};

const report = new RunRecord({ parbake: "1.2.3", commit: "abc", node: "v24", catalogue: "x" }).finish(NO_RESULTS, null);

export const SCREEN_STATUS: Status = {
  inSync: true,
  reasons: [],
  unreadable: [],
  lastRun: { ...report, startedAt: "2026-01-02T03:04:05.000Z", tookMs: 642 },
  lastRunAgeMs: 7_325_000,
  failures: null,
  generation: "2026-01-01T00:00:00.000Z-7",
  files: [
    {
      path: "/etc/postgresql/16/main/conf.d/90-parbake.conf",
      kind: "file",
      state: "in sync",
      drift: [],
      driftedSince: null,
    },
    { path: "/run/parbake/secrets/db/password", kind: "secret", state: "in sync", drift: [], driftedSince: null },
  ],
  running: null,
  interrupted: null,
  interruptions: [],
  trials: [],
  owed: [],
  secrets: [
    {
      name: "db",
      id: "prod/orders/database",
      versionId: "5f1d2c3b-0000-4000-8000-000000000000",
      fetchedAt: "2026-01-02T03:04:05.000Z",
      ageMs: 7_325_000,
    },
  ],
  image: null,
};

export const TROUBLED_STATUS: Status = {
  ...SCREEN_STATUS,
  inSync: false,
  reasons: ["the last run failed", "2 files have drifted", "1 reload or restart is still to be done"],
  lastRun: {
    ...SCREEN_STATUS.lastRun!,
    result: "failed",
    tookMs: 61_234,
    waves: [
      { name: "hardware", result: "done", tookMs: 212 },
      { name: "imds", result: "done", tookMs: 330 },
      { name: "secrets", result: "failed", tookMs: null },
    ],
    problems: [
      {
        what: "prod/orders/database: Secrets Manager cannot be reached: connecting to secretsmanager.eu-central-1.amazonaws.com timed out",
        fix: "Open the security group and the network ACL for HTTPS to it, or give the subnet a VPC endpoint.",
      },
    ],
    held: [{ what: "secret db", isInPlace: false, units: ["api.service", "postgresql@16-main.service"] }],
  } as unknown as Status["lastRun"],
  failures: { count: 3, givenUp: null } as Status["failures"],
  files: [
    {
      path: "/etc/postgresql/16/main/conf.d/90-parbake.conf",
      kind: "file",
      state: "drifted",
      drift: ["content", "mode"],
      driftedSince: "2026-01-02T09:00:00.000Z",
    },
    { path: "/etc/default/api", kind: "file", state: "missing", drift: [], driftedSince: null },
    ...SCREEN_STATUS.files.slice(1),
  ],
  owed: [{ action: "restart", unit: "postgresql@16-main.service" }],
};

// Writes agent/tuning/MIXES.md: how usual mixes of apps share usual machines, from the code alone. Usage: write-mixes.ts

import { writeFileSync } from "node:fs";
import { describeRest, describeSpare } from "../../agent/cli/print/print-division.ts";
import { oneLine } from "../../agent/cli/print/print-settings.ts";
import { formatDegraded } from "../../agent/cli/print/print-tuning.ts";
import { formatCount, joinWords } from "../../agent/cli/text.ts";
import { listUntold, warnBelowUseful } from "../../agent/cli/warn-below-useful.ts";
import type { Config } from "../../agent/config/config.ts";
import { parseConfig } from "../../agent/config/read/parse-config.ts";
import { findInstanceType } from "../../agent/facts/catalogue/catalogue.ts";
import type { Facts } from "../../agent/facts/facts.ts";
import { factsForSize, predictFacts } from "../../agent/facts/predict-facts.ts";
import { formatProblem } from "../../agent/refusal.ts";
import { formatBytes } from "../../agent/size.ts";
import { computeTuning, type TuningResult } from "../../agent/tuning/compute-tuning.ts";
import { amountOf, explainShare, type ShareExplanation } from "../../agent/tuning/explain.ts";
import type { Setting } from "../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../agent/tuning/profiles.ts";
import type { AppPlan } from "../../agent/tuning/tuning.ts";
import { TOP } from "../building/build-pinned-node.ts";
import { formatPage } from "./format-page.ts";
import { MIXES, type Mix } from "./mixes.ts";

export const MIXES_PAGE = `${TOP}/agent/tuning/MIXES.md`;

const INTRODUCTION = `# Mixes

Made by \`scripts/node scripts/docs/write-mixes.ts\` from the profiles beside it and \`scripts/docs/mixes.ts\`.

How usual mixes of apps share usual machines, each with the whole of its config. An app gets its floor, then a part by its weight,
up to what its profile says that it can use; what it can't use, others get by their weights, and then the page cache.
\`parbake explain APP\` explains the shares of your own config.
`;

/** The settings that an operator reads first. */
const KEY_SETTINGS: Readonly<Record<string, readonly string[]>> = {
  clickhouse: ["max_server_memory_usage", "mark_cache_size", "max_concurrent_queries"],
  custom: [],
  "ecs-agent": ["ECS_RESERVED_MEMORY"],
  elasticsearch: ["heap", "pageCache"],
  go: ["GOMEMLIMIT"],
  httpd: ["MaxRequestWorkers"],
  jvm: ["heap", "threads", "gc"],
  kafka: ["heap", "pageCache"],
  kubelet: ["maxPods", "kubeReservedMemory", "evictionHardMemory"],
  logstash: ["heap", "pipeline_workers"],
  mariadb: ["innodb_buffer_pool_size", "max_connections"],
  memcached: ["memory", "threads"],
  nginx: ["worker_processes", "worker_connections"],
  node: ["workers", "maxOldSpaceSize"],
  pgbouncer: ["max_client_conn", "default_pool_size"],
  "php-fpm": ["pm_max_children"],
  postgresql: ["shared_buffers", "work_mem", "max_connections"],
  prometheus: ["GOMEMLIMIT", "query_max_concurrency"],
  puma: ["workers", "threads"],
  python: ["workers", "threads"],
  rabbitmq: ["vm_memory_high_watermark_absolute"],
  redis: ["maxmemory"],
  sidekiq: ["processes", "concurrency"],
  sysctl: [],
  varnish: ["malloc", "transient"],
  zookeeper: ["heap"],
};

type Tuned = Extract<TuningResult, { kind: "tuned" }>;

interface TunedMix {
  readonly config: Config;
  readonly facts: Facts;
  readonly tuning: Tuned;
}

export function tuneMix({ title, machine, apps }: Mix): TunedMix {
  const text = `apps:\n${apps.replaceAll(/^/gm, "  ")}\n`;
  const parsed = parseConfig([{ file: "parbake.yaml", text }]);
  if (parsed.kind === "problems") throw new Error(`${title}: ${parsed.problems.map(formatProblem).join("\n")}`);
  const facts = typeof machine === "string" ? predictType(machine) : factsForSize(machine.memoryBytes, machine.vcpus);
  const tuning = computeTuning(parsed.config, facts);
  if (tuning.kind === "impossible") throw new Error(`${title}: ${tuning.problems.map(formatProblem).join("\n")}`);
  return { config: parsed.config, facts, tuning };
}

export function formatMixes(): string {
  return formatPage(MIXES_PAGE, [INTRODUCTION, ...MIXES.map(formatMix)].join("\n"));
}

function predictType(type: string): Facts {
  const row = findInstanceType(type);
  if (row === null) throw new Error(`the catalogue has no ${type}`);
  return predictFacts(row);
}

function formatMix(mix: Mix): string {
  const tuned = tuneMix(mix);
  const { apps } = tuned.tuning;
  const rows = apps.map((app) => formatRow(app, tuned)).join("\n");
  const remarks = [...mix.reasons.map(({ says }) => says), ...describeDivision(tuned)].join(" ");
  return `## ${mix.title}

${describeMachine(mix, tuned)}

\`\`\`yaml
${mix.apps}
\`\`\`

| app | share | decided by | settings |
| --- | --- | --- | --- |
${rows}

${remarks}
`;
}

function describeMachine({ machine }: Mix, { facts, tuning: { budget } }: TunedMix): string {
  const what = typeof machine === "string" ? `On ${machine}` : "On a machine";
  const size = `${formatBytes(facts.memLimitBytes)} and ${formatCount(facts.vcpus, "vCPU")}`;
  const split = `${formatBytes(budget.reservedBytes)} are held back, ${formatBytes(budget.availableBytes)} are the apps'`;
  return `${what} the OS sees ${size}: ${split}.`;
}

function formatRow(app: AppPlan, { config, facts, tuning: { budget, demands } }: TunedMix): string {
  const share = explainShare(config, facts, budget, demands, app);
  const settings = keySettings(app).map((name) => `${name} ${formatValue(app.settings[name]!)}`);
  const cells = [
    `${app.name}, ${app.profile}`,
    share === null ? "none" : formatBytes(app.memoryBytes),
    share === null ? "it takes no memory" : describeCause(app, share),
    settings.join(", "),
  ];
  return `| ${cells.join(" | ")} |`;
}

function formatValue(setting: Setting): string {
  const { unit, value } = setting;
  return unit === "bytes" && typeof value === "number" ? formatBytes(value) : oneLine(setting);
}

function keySettings({ profile, settings }: AppPlan): readonly string[] {
  const names = KEY_SETTINGS[profile];
  if (names === undefined) throw new Error(`KEY_SETTINGS does not say what an operator of ${profile} reads first`);
  const missing = names.find((name) => settings[name] === undefined);
  if (missing !== undefined) throw new Error(`${profile} has no setting ${missing}`);
  return names.length > 0 ? names : Object.keys(settings).slice(0, 2);
}

function describeCause({ name, profile }: AppPlan, share: ShareExplanation): string {
  switch (share.boundBy) {
    case "floor":
      return "its floor";
    case "cap":
      return share.capBy === "config" ? "memory.max" : `all that ${profile} can use`;
    case null: {
      const weight = `weight ${share.weight} of ${share.weights}${share.weightBy === "config" ? "" : ", as usual"}`;
      const gained = amountOf(name, share.gained);
      return gained === 0 ? weight : `${weight}, and ${formatBytes(gained)} that others can't use`;
    }
  }
}

function describeDivision(tuned: TunedMix): string[] {
  const { budget, apps } = tuned.tuning;
  const light = tuned.config.apps.filter(({ profile, memory }) => isHelper(profile, memory.weight));
  const [spare, rest] = [describeSpare(budget), describeRest(budget)];
  const gaveUp = apps.filter((app) => listUntold(app).length > 0);
  const warnings = warnBelowUseful([{ type: "", tuning: { apps } }]);
  return [
    ...(light.length === 0
      ? []
      : [`By default ${joinWords(light.map(({ name }) => name))} weighs less than the apps that it serves.`]),
    ...(spare === null ? [] : [`${capitalize(spare)}.`]),
    ...(rest === null ? [] : [`The rest is left to the page cache: ${rest}.`]),
    ...gaveUp.map((app) => `On so little, ${app.name} gives up ${formatDegraded(listUntold(app))}.`),
    ...warnings.map(({ what, fix }) => `parbake warns: "${what}. ${fix}"`),
  ];
}

function isHelper(profile: string, weight: number | null): boolean {
  return weight === null && PROFILES.get(profile)!.takesMemory && PROFILES.get(profile)!.usualWeight < 1;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

if (import.meta.main) writeFileSync(MIXES_PAGE, formatMixes());

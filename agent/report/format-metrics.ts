// A run's report in Prometheus' text format, for node_exporter's textfile collector. An interface as the report is: metrics
// are added, never renamed. Pure.

import { formatAll, one, type Metric, type Sample } from "./metric.ts";
import type { Report } from "./report.ts";

/** @param owedActions how many reloads and restarts are still to be done after the run */
export function formatMetrics(report: Report, owedActions: number): string {
  const startedMs = Date.parse(report.startedAt);
  const images = report.image === null ? [] : [report.image];
  const metrics: readonly Metric[] = [
    {
      name: "parbake_info",
      help: "The parbake that ran last; always 1.",
      samples: [{ labels: report.versions, value: 1 }],
    },
    one("parbake_last_run_timestamp_seconds", "When the last run ended.", (startedMs + report.tookMs) / 1000),
    one("parbake_last_run_success", "Whether the last run ended well.", report.result === "done" ? 1 : 0),
    one("parbake_last_run_changed", "Whether the last run changed anything.", report.changed ? 1 : 0),
    one("parbake_last_run_rolled_back", "Whether the last run restored the old files.", report.rolledBack ? 1 : 0),
    one("parbake_last_run_duration_seconds", "How long the last run took.", report.tookMs / 1000),
    {
      name: "parbake_stage_duration_seconds",
      help: "How long each stage of the last run took.",
      samples: [...stageSeconds(report)].map(([stage, value]) => ({ labels: { stage }, value })),
    },
    {
      name: "parbake_files",
      help: "Files of the last run, by what became of them.",
      samples: countStates(report.files.map(({ change }) => change)),
    },
    {
      name: "parbake_secrets",
      help: "Secrets of the last run, by what became of their files.",
      samples: countStates(report.secrets.map(({ change }) => change)),
    },
    {
      name: "parbake_secret_fetched_timestamp_seconds",
      help: "When the version of each stored secret was fetched.",
      samples: report.storedSecrets.map(({ name, id, versionId, fetchedAt }) => ({
        labels: { secret: name, id, version: versionId },
        value: Date.parse(fetchedAt) / 1000,
      })),
    },
    {
      name: "parbake_retries",
      help: "How often the last run had to ask a service again.",
      samples: Object.entries(report.retries).map(([service, value]) => ({ labels: { service }, value })),
    },
    {
      name: "parbake_image_baked_timestamp_seconds",
      help: "When the machine's image was baked.",
      samples: images.map(({ bakedAt }) => ({ value: Date.parse(bakedAt) / 1000 })),
    },
    {
      name: "parbake_image_age_seconds",
      help: "How old the machine's image was at the last run.",
      samples: images.map(({ ageMs }) => ({ value: ageMs / 1000 })),
    },
    one("parbake_owed_actions", "Reloads and restarts that are still to be done.", owedActions),
  ];
  return formatAll(metrics);
}

// A series may stand in the file only once, and a stage that a run came to twice took both times.
function stageSeconds({ stages }: Report): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>();
  for (const { name, tookMs } of stages) seconds.set(name, (seconds.get(name) ?? 0) + tookMs / 1000);
  return seconds;
}

// Each state at every run: a series that comes and goes can't be compared with what it was.
const STATES = ["create", "update", "attributes", "unchanged", "remove", "kept"];

function countStates(changes: readonly string[]): Sample[] {
  const states = [...new Set([...STATES, ...changes])];
  return states.map((state) => ({ labels: { state }, value: changes.filter((change) => change === state).length }));
}

// Tuning for people: the apps' settings, for one machine or for several side by side. Pure.

import type { AppPlan, BudgetPlan } from "../plan/plan.ts";
import type { Problem } from "../refusal.ts";
import { formatProblem } from "../refusal.ts";
import type { Setting } from "../tuning/setting.ts";
import { formatBytes } from "../tuning/size.ts";
import { formatColumns, type Paint } from "./text.ts";

/** One machine of a comparison. */
export interface TunedMachine {
  readonly type: string;
  readonly vcpus: number;
  /** What the OS reports, not what is advertised. */
  readonly memoryBytes: number;
  readonly problems: readonly Problem[];
  readonly tuning: { readonly budget: BudgetPlan; readonly apps: readonly AppPlan[] } | null;
}

/** The whole answer of `tune` for an image, as JSON. */
export function tuningDocument(machines: readonly TunedMachine[]): unknown {
  return {
    schema: 1,
    types: machines.map(({ type, vcpus, memoryBytes, problems, tuning }) => ({
      type,
      vcpus,
      memoryBytes,
      fits: tuning !== null,
      problems: problems.map(formatProblem),
      ...(tuning ? { budget: tuning.budget } : {}),
      apps: Object.fromEntries((tuning?.apps ?? []).map((app) => [app.name, appDocument(app)])),
    })),
  };
}

function appDocument({ profile, memoryBytes, vcpus, settings }: AppPlan): unknown {
  return { profile, memoryBytes, vcpus, settings };
}

export function formatTuning(machines: readonly TunedMachine[], paint: Paint): string {
  const rows = [
    ["", ...machines.map(({ type }) => paint.bold(type))],
    ["memory as the OS sees it", ...machines.map(({ memoryBytes }) => formatBytes(memoryBytes))],
    ["vCPUs", ...machines.map(({ vcpus }) => String(vcpus))],
    ["reserve", ...machines.map(({ tuning }) => (tuning ? formatBytes(tuning.budget.reservedBytes) : ""))],
    [
      "left to the page cache",
      ...machines.map(({ tuning }) => (tuning ? formatBytes(tuning.budget.unallocatedBytes) : "")),
    ],
    ...appRows(machines, paint),
  ];
  return formatColumns(rows) + machines.map((machine) => formatMisfit(machine, paint)).join("");
}

function appRows(machines: readonly TunedMachine[], paint: Paint): string[][] {
  const names = new Set(machines.flatMap(({ tuning }) => tuning?.apps.map(({ name }) => name) ?? []));
  return [...names].flatMap((name) => {
    const apps = machines.map(({ tuning }) => tuning?.apps.find((app) => app.name === name));
    const settings = new Set(apps.flatMap((app) => Object.keys(app?.settings ?? {})));
    const profile = apps.find((app) => app !== undefined)?.profile ?? "";
    const heading = [
      `${paint.bold(name)} ${paint.dim(profile)}`,
      ...apps.map((app) => (app?.memoryBytes ? formatBytes(app.memoryBytes) : "")),
    ];
    return [
      heading,
      ...[...settings].map((setting) => [`  ${setting}`, ...apps.map((app) => oneLine(app?.settings[setting]))]),
    ];
  });
}

// A setting that is a whole text (JVM options, a sysctl file) would tear the table apart.
const WIDEST_CELL = 28;

function oneLine(setting: Setting | undefined): string {
  const text = setting?.text.replaceAll(/\s+/g, " ") ?? "";
  return text.length > WIDEST_CELL ? `${text.slice(0, WIDEST_CELL - 1)}…` : text;
}

function formatMisfit({ type, problems }: TunedMachine, paint: Paint): string {
  if (problems.length === 0) return "";
  const lines = problems.map((problem) => `  ${formatProblem(problem)}\n`);
  return `${paint.red(`does not fit on ${type}:`)}\n${lines.join("")}`;
}

/** `tune PROFILE`: one app that has the memory to itself. */
export function formatSettings(settings: Readonly<Record<string, Setting>>, paint: Paint): string {
  const rows = Object.entries(settings).map(([name, { text, formula, boundBy }]) => [
    paint.bold(name),
    text.includes("\n") ? `${text.split("\n").length} lines` : text,
    paint.dim(boundBy === null ? formula : `${formula} [${boundBy}]`),
  ]);
  return formatColumns(rows);
}

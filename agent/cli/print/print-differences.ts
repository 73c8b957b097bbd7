// Several machines' plans side by side: a row for what differs, one line for all that is the same. Pure.

import type { FileStep, Plan } from "../../plan/plan.ts";
import { formatBytes } from "../../size.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { formatSideBySide } from "../columns.ts";
import { limitsOf } from "../machine-limits.ts";
import type { Outcome } from "../outcome.ts";
import { formatCount, type Paint } from "../text.ts";
import { shortCell } from "./print-settings.ts";
import { formatAppName, formatRemarks, machineRows, type TunedMachine } from "./print-tuning.ts";
import type { ComputeDiff } from "./unified-diff.ts";

export function tunedMachine(plan: Plan): TunedMachine {
  const { facts } = plan;
  return machineOf({ type: facts.instanceType ?? "this machine", facts, plan, problems: [], ofMachine: [] });
}

export function machineOf({ type, facts, plan, problems, ofMachine }: Outcome): TunedMachine {
  const { vcpus, memLimitBytes: memoryBytes } = facts;
  const misfit = ofMachine.length > 0 ? "memory" : null;
  return { type, vcpus, memoryBytes, ...limitsOf(facts), misfit, problems, tuning: plan };
}

/** @param all the settings that are the same, too */
export function formatDifferences(plans: readonly Plan[], all: boolean, paint: Paint): string {
  const machines = plans.map(tunedMachine);
  const settings = settingRows(plans, all, paint);
  const paths = pathsOf(plans);
  const sameFiles = paths.filter((path) => allSame(plans.map((plan) => contentOf(plan, path))));
  const table = formatSideBySide([...machineRows(machines, paint), ...settings.rows], paint);
  const remarks = machines.map((machine) => formatRemarks(machine, machines, paint)).join("");
  const same = `the same on all: ${formatCount(settings.sameCount, "setting")}, ${formatCount(sameFiles.length, "file")}`;
  return `${table}${remarks}${paint.dim(same)}\n`;
}

/** How the files of the others differ from those of the first. */
export function formatDifferencesOfFiles(plans: readonly Plan[], formatDiff: ComputeDiff, paint: Paint): string {
  const [first, ...others] = plans;
  if (first === undefined) return "";
  return others.map((plan) => formatDifference(first, plan, formatDiff, paint)).join("\n");
}

interface Rows {
  readonly rows: readonly string[][];
  readonly sameCount: number;
}

function settingRows(plans: readonly Plan[], all: boolean, paint: Paint): Rows {
  const profiles = new Map(plans.flatMap(({ apps }) => apps.map(({ name, profile }) => [name, profile])));
  const ofApps = [...profiles].map(([name, profile]) => {
    const onEach = plans.map(({ apps }) => apps.find((app) => app.name === name));
    return appRows(formatAppName(name, profile, paint), onEach, all);
  });
  return {
    rows: ofApps.flatMap(({ rows }) => rows),
    sameCount: ofApps.reduce((sum, { sameCount }) => sum + sameCount, 0),
  };
}

/** @param apps the same app on each machine; undefined: left out there */
function appRows(title: string, apps: readonly (AppPlan | undefined)[], all: boolean): Rows {
  const shares = apps.map((app) => (app === undefined ? "left out" : formatShare(app)));
  const settings = [...new Set(apps.flatMap((app) => Object.keys(app?.settings ?? {})))];
  const differing = settings.filter((setting) => !allSame(apps.map((app) => app?.settings[setting]?.text)));
  const rows = (all ? settings : differing).map((setting) => [
    `  ${setting}`,
    ...apps.map((app) => shortCell(app?.settings[setting])),
  ]);
  const heading = [title, ...shares];
  const isShown = rows.length > 0 || !allSame(shares);
  return { rows: isShown ? [heading, ...rows] : [], sameCount: settings.length - differing.length };
}

function formatShare({ memoryBytes }: AppPlan): string {
  return memoryBytes > 0 ? formatBytes(memoryBytes) : "";
}

export function formatDifference(from: Plan, to: Plan, formatDiff: ComputeDiff, paint: Paint): string {
  const heading = paint.bold(`${from.facts.instanceType} → ${to.facts.instanceType}`);
  const diffs = pathsOf([from, to]).map((path) => formatDiff(contentOf(from, path), contentOf(to, path) ?? "", path));
  return `${heading}\n${diffs.join("") || "no file differs\n"}`;
}

function pathsOf(plans: readonly Plan[]): string[] {
  return [...new Set(plans.flatMap((plan) => filesOf(plan).map(({ path }) => path)))];
}

export function filesOf({ steps }: Plan): FileStep[] {
  return steps.filter((step) => step.kind === "file");
}

// Shows where a secret's value goes; the plan does not know the value.
export function contentOf(plan: Plan, path: string): string | null {
  const step = filesOf(plan).find((file) => file.path === path);
  const parts = step?.content.map((part) =>
    typeof part === "string" ? part : `[secret ${part.reference.secret}.${part.reference.key}]`,
  );
  return parts?.join("") ?? null;
}

function allSame(values: readonly unknown[]): boolean {
  return values.every((value) => value === values[0]);
}

// Several machines' plans side by side: a row for what differs, one line for all that is the same. Pure.

import type { FileStep, Plan } from "../../plan/plan.ts";
import { formatBytes } from "../../size.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { formatColumns } from "../columns.ts";
import { limitsOf } from "../machine-limits.ts";
import type { Outcome } from "../outcome.ts";
import { formatCount, type Paint } from "../text.ts";
import { formatCounts } from "./print-diff.ts";
import { oneLine } from "./print-settings.ts";
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

/** @param formatDiff null: the differences of the files are not shown */
export function formatDifferences(plans: readonly Plan[], formatDiff: ComputeDiff | null, paint: Paint): string {
  const machines = plans.map(tunedMachine);
  const settings = settingRows(plans, paint);
  const files = fileRows(plans, paint);
  const rows = [...machineRows(machines, paint), ...settings.rows, ...files.rows];
  const remarks = machines.map((machine) => formatRemarks(machine, machines, paint)).join("");
  const same = `the same on all: ${formatCount(settings.sameCount, "setting")}, ${formatCount(files.sameCount, "file")}`;
  const [first, ...others] = plans;
  const diffs = first && formatDiff ? others.map((plan) => formatDifference(first, plan, formatDiff, paint)) : [];
  return `${formatColumns(rows, paint)}${remarks}${paint.dim(same)}\n${diffs.map((diff) => `\n${diff}`).join("")}`;
}

interface Rows {
  readonly rows: readonly string[][];
  readonly sameCount: number;
}

function settingRows(plans: readonly Plan[], paint: Paint): Rows {
  const profiles = new Map(plans.flatMap(({ apps }) => apps.map(({ name, profile }) => [name, profile])));
  const ofApps = [...profiles].map(([name, profile]) => {
    const onEach = plans.map(({ apps }) => apps.find((app) => app.name === name));
    return appRows(formatAppName(name, profile, paint), onEach);
  });
  return {
    rows: ofApps.flatMap(({ rows }) => rows),
    sameCount: ofApps.reduce((sum, { sameCount }) => sum + sameCount, 0),
  };
}

/** @param apps the same app on each machine; undefined: left out there */
function appRows(title: string, apps: readonly (AppPlan | undefined)[]): Rows {
  const shares = apps.map((app) => (app === undefined ? "left out" : formatShare(app)));
  const settings = [...new Set(apps.flatMap((app) => Object.keys(app?.settings ?? {})))];
  const differing = settings.filter((setting) => !allSame(apps.map((app) => app?.settings[setting]?.text)));
  const rows = differing.map((setting) => [`  ${setting}`, ...apps.map((app) => oneLine(app?.settings[setting]))]);
  const heading = [title, ...shares];
  const isShown = rows.length > 0 || !allSame(shares);
  return { rows: isShown ? [heading, ...rows] : [], sameCount: settings.length - differing.length };
}

function formatShare({ memoryBytes }: AppPlan): string {
  return memoryBytes > 0 ? formatBytes(memoryBytes) : "";
}

// Shows the length of the first machine's file, and how the others' differ from it.
function fileRows(plans: readonly Plan[], paint: Paint): Rows {
  const paths = pathsOf(plans);
  const differing = paths.filter((path) => !allSame(plans.map((plan) => contentOf(plan, path))));
  const rows = differing.map((path) => {
    const [first, ...others] = plans.map((plan) => contentOf(plan, path));
    const cells = others.map((text) =>
      text === first ? paint.dim("the same") : formatCounts(first ?? "", text ?? "", paint),
    );
    return [`  ${path}`, formatCount((first ?? "").split("\n").length - 1, "line"), ...cells];
  });
  return { rows: rows.length > 0 ? [[paint.bold("files")], ...rows] : [], sameCount: paths.length - differing.length };
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

// A plan for people and for programs: the target state, and how it differs from the current one. Pure.

import type { Config } from "../../config/config.ts";
import type { Seen } from "../../inspect/observe.ts";
import type { PlannedChange } from "../../inspect/planned-change.ts";
import type { Plan, SecretStep, Step } from "../../plan/plan.ts";
import { secretLabel } from "../../plan/secret-label.ts";
import { wavesOf, type Wave } from "../../plan/waves.ts";
import { eachOnce, formatProblem } from "../../refusal.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";
import { warnBelowUseful } from "../warn-below-useful.ts";
import { countChanges } from "./count-changes.ts";
import { describeOwner, formatChangeDiff, formatFiles, hasTexts, MARKS } from "./print-changes.ts";
import { diffPainter } from "./print-diff.ts";
import { tunedMachine } from "./print-differences.ts";
import { formatNotes } from "./print-problems.ts";
import { formatMachine, formatSummary } from "./print-tuning.ts";
import type { ComputeDiff } from "./unified-diff.ts";

export interface InspectedPlan {
  readonly plan: Plan;
  readonly changes: readonly PlannedChange[];
  /** Facts that templates may print and that only an instance knows: their values are made up. */
  readonly standIns: readonly string[];
}

/**
 * The JSON of `plan`, which `apply --plan` applies: one entry for each machine.
 * @param observe what there is now at the path of a change
 */
export function planDocument(
  inspected: readonly InspectedPlan[],
  observe: (plan: Plan, change: PlannedChange) => Seen,
  { metrics, aws }: Pick<Config, "metrics" | "aws">,
): object {
  const plans = inspected.map(({ plan, changes, standIns }) => ({
    ...plan,
    steps: withWaves(plan),
    standIns,
    changes: changes.map((change) => changeDocument(change, observe(plan, change))),
  }));
  return { schema: 1, metrics, aws, plans };
}

function withWaves(plan: Plan): readonly object[] {
  const waves = wavesOf(plan);
  return plan.steps.map((step) => ({ ...step, wave: waves.get(step) }));
}

function changeDocument(change: PlannedChange, seen: Seen): unknown {
  const { kind, path, problem } = change;
  const drift = kind === "file" ? change.drift : null;
  const note = kind === "removal" ? change.note : null;
  return {
    kind,
    path,
    change: change.change,
    problem: problem && formatProblem(problem),
    drift,
    note: note && formatProblem(note),
    lines: kind === "file" && hasTexts(change) ? countChanges(change.currentText, change.newText ?? "") : null,
    seen,
  };
}

/** What is shown of a plan. */
export interface ShowPlan {
  /** Shows each file's difference, whole where the file is new; null: no differences are shown. */
  readonly computeDiff: ComputeDiff | null;
  /** Every setting, and the files that stay as they are. */
  readonly all: boolean;
}

/** First what changes, then by what. */
export function formatPlan({ plan, changes, standIns }: InspectedPlan, show: ShowPlan, paint: Paint): string {
  const formatDiff = show.computeDiff && diffPainter(show.computeDiff, paint);
  const machine = tunedMachine(plan);
  return [
    formatFiles(changes, namedWaves(plan), show.all, paint),
    formatSecrets(plan, changes, paint),
    formatDiff ? changes.map((change) => formatChangeDiff(change, formatDiff)).join("") : "",
    show.all ? formatMachine(machine, paint) : formatSummary(machine, paint),
    formatWarnings([plan], standIns, paint),
    `${summarize(changes, plan)}\n`,
  ]
    .filter((section) => section !== "")
    .join("\n");
}

/** Empty where all is of one wave. */
function namedWaves(plan: Plan): ReadonlyMap<Step, Wave> {
  const waves = wavesOf(plan);
  return new Set(waves.values()).size > 1 ? waves : new Map();
}

export function formatSecrets({ steps }: Plan, changes: readonly PlannedChange[], paint: Paint): string {
  const secrets = steps.filter((step) => step.kind === "secret");
  if (secrets.length === 0) return "";
  const states = new Map(changes.map(({ path, change }) => [path, change]));
  return `${paint.bold("secrets")}\n${formatColumns(
    secrets.flatMap((step) => secretRows(step, states)),
    paint,
    "  ",
  )}`;
}

// A plan fetches no secret: only apply can tell whether its value has changed.
function secretRows(step: SecretStep, states: ReadonlyMap<string, PlannedChange["change"]>): string[][] {
  return step.keys.map((key) => [
    `${secretLabel(step)}#${key.key}`,
    "→",
    key.path ?? "templates only",
    key.path ? describeOwner(key) : "",
    states.get(key.path ?? "") ?? "",
  ]);
}

export function formatWarnings(plans: readonly Plan[], standIns: readonly string[], paint: Paint): string {
  const warnings = [...plans.flatMap((plan) => plan.warnings), ...warnBelowUseful(plans.map(tunedMachine))];
  const lines = [
    ...eachOnce(warnings).map(formatProblem),
    ...(standIns.length > 0 ? [`known only on an instance, and shown as stand-ins: ${standIns.join(", ")}`] : []),
  ];
  if (lines.length === 0) return "";
  return `${paint.bold("warnings")}\n${formatNotes(lines, paint, "  ")}`;
}

/** Whether apply would write, remove or fetch something. */
export function isChange({ change }: PlannedChange): boolean {
  return change !== "unchanged" && change !== "present" && change !== "kept";
}

function summarize(changes: readonly PlannedChange[], { steps }: Plan): string {
  const counts = Object.keys(MARKS).map(
    (kind) => [kind, changes.filter(({ change }) => change === kind).length] as const,
  );
  const parts = counts.filter(([, count]) => count > 0).map(([kind, count]) => `${count} ${kind}`);
  const needs = steps.flatMap((step) => (step.kind === "secret" ? needOf(step, changes) : []));
  const toFetch = needs.filter((need) => need === "fetch").length;
  const toCheck = needs.filter((need) => need === "check").length;
  const secrets = [toCheck === 0 || toFetch > 0 ? `${toFetch} to fetch` : "", toCheck > 0 ? `${toCheck} to check` : ""];
  return `${parts.join(", ") || "nothing to write"}; ${secrets.filter((part) => part !== "").join(", ")}`;
}

/** `check`: apply asks which version is current, and fetches the secret only if that one is not stored. */
function needOf(step: SecretStep, changes: readonly PlannedChange[]): "fetch" | "check" | "none" {
  const its = changes.filter((change) => isMadeOf(change, step)).map(({ change }) => change);
  if (its.some((change) => change === "create" || change === "update")) return "fetch";
  return its.every((change) => change === "unchanged" || change === "attributes") ? "none" : "check";
}

function isMadeOf(change: PlannedChange, secret: SecretStep): boolean {
  switch (change.kind) {
    case "secret":
      return change.step.name === secret.name;
    case "file":
      return change.step.content.some((part) => typeof part === "object" && part.reference.secret === secret.name);
    case "folder":
    case "removal":
      return false;
  }
}

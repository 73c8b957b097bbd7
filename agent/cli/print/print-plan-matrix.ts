// The plans for many instance types: a line for each type, and what is common to all told once. Pure.

import type { PlannedChange } from "../../inspect/planned-change.ts";
import type { Plan } from "../../plan/plan.ts";
import { formatColumns } from "../columns.ts";
import type { Outcome } from "../outcome.ts";
import { formatCount, type Paint } from "../text.ts";
import { describeActions, describeFormat, describeOwner, MARKS } from "./print-changes.ts";
import { diffPainter } from "./print-diff.ts";
import { contentOf, formatDifferencesOfFiles, machineOf } from "./print-differences.ts";
import { formatMatrix } from "./print-matrix.ts";
import { formatSecrets, formatWarnings, isChange, type InspectedPlan, type ShowPlan } from "./print-plan.ts";

/** @param inspected the plans of those outcomes that have one, in their order */
export function formatPlanMatrix(
  outcomes: readonly Outcome[],
  inspected: readonly InspectedPlan[],
  show: ShowPlan,
  paint: Paint,
): string {
  const plans = inspected.map(({ plan }) => plan);
  const notes = new Map(inspected.map(({ plan, changes }) => [`${plan.facts.instanceType}`, countChanges(changes)]));
  const standIns = [...new Set(inspected.flatMap((each) => each.standIns))];
  const [first] = plans;
  const { computeDiff, all } = show;
  const sections = [
    formatMatrix(outcomes.map(machineOf), notes, all, paint),
    ...(first ? [formatFilesOfMany(inspected, paint), formatSecrets(first, [], paint)] : []),
    computeDiff ? formatDifferencesOfFiles(plans, diffPainter(computeDiff, paint), paint) : "",
    formatWarnings(plans, standIns, paint),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function countChanges(changes: readonly PlannedChange[]): string {
  return formatCount(changes.filter(isChange).length, "change");
}

/** A row for each file and folder: what happens to it, and how many texts it has on the types. */
export function formatFilesOfMany(inspected: readonly InspectedPlan[], paint: Paint): string {
  const byPath = Map.groupBy(
    inspected.flatMap(({ plan, changes }) =>
      changes.flatMap((change) => (change.kind === "secret" ? [] : [{ plan, change }])),
    ),
    ({ change }) => change.path,
  );
  const rows = [...byPath.values()].map((found) => fileRow(found, inspected.length, paint));
  return rows.length === 0 ? "" : `${paint.bold("files")}\n${formatColumns(rows, paint, "  ")}`;
}

interface Found {
  readonly plan: Plan;
  readonly change: Exclude<PlannedChange, { kind: "secret" }>;
}

function fileRow(found: readonly Found[], types: number, paint: Paint): string[] {
  const kinds = [...Map.groupBy(found, ({ change }) => change.change)];
  const words = kinds.map(([kind, { length }]) => (length === types ? kind : `${kind} on ${length}`));
  const [mark, change] = [kinds[0]?.[0], found[0]?.change];
  if (change === undefined || mark === undefined) return [];
  const head = [kinds.length === 1 ? MARKS[mark] : MARKS.update, words.join(", "), change.path];
  switch (change.kind) {
    case "file":
      return [
        ...head,
        describeOwner(change.step),
        countTexts(found),
        describeActions(change.step),
        paint.dim(describeFormat(change.step)),
      ];
    case "folder":
      return [...head, describeOwner(change.step)];
    case "removal":
      return head;
  }
}

function countTexts(found: readonly Found[]): string {
  const texts = new Set(found.map(({ plan, change }) => contentOf(plan, change.path)));
  return texts.size === 1 ? "the same on all" : formatCount(texts.size, "text");
}

// The plans for several instance types: side by side for a few; a line for each type, and what they have in common once, for many. Pure.

import type { PlannedChange } from "../../inspect/planned-change.ts";
import type { Plan } from "../../plan/plan.ts";
import { formatColumns } from "../columns.ts";
import type { Outcome } from "../outcome.ts";
import { formatCount, type Paint } from "../text.ts";
import { describeActions, describeFormat, describeOwner, MARKS } from "./print-changes.ts";
import { diffPainter } from "./print-diff.ts";
import { contentOf, formatDifferences, formatDifferencesOfFiles, machineOf } from "./print-differences.ts";
import { formatMatrix } from "./print-matrix.ts";
import { formatSecrets, formatWarnings, isChange, type InspectedPlan, type ShowPlan } from "./print-plan.ts";

export function formatPlans(inspected: readonly InspectedPlan[], show: ShowPlan, paint: Paint): string {
  const differences = formatDifferences(plansOf(inspected), show.all, paint);
  return joinSections([...formatSteps(inspected, show, paint), differences, formatWarningsOfAll(inspected, paint)]);
}

/** @param inspected the plans of those outcomes that have one, in their order */
export function formatPlanMatrix(
  outcomes: readonly Outcome[],
  inspected: readonly InspectedPlan[],
  show: ShowPlan,
  paint: Paint,
): string {
  const notes = new Map(inspected.map(({ plan, changes }) => [`${plan.facts.instanceType}`, countChanges(changes)]));
  const matrix = formatMatrix(outcomes.map(machineOf), notes, show.all, paint);
  return joinSections([matrix, ...formatSteps(inspected, show, paint), formatWarningsOfAll(inspected, paint)]);
}

function plansOf(inspected: readonly InspectedPlan[]): readonly Plan[] {
  return inspected.map(({ plan }) => plan);
}

function joinSections(sections: readonly string[]): string {
  return sections.filter((section) => section !== "").join("\n");
}

function formatSteps(inspected: readonly InspectedPlan[], { computeDiff }: ShowPlan, paint: Paint): string[] {
  const [first] = inspected;
  return [
    formatFiles(inspected, paint),
    first ? formatSecrets(first.plan, [], paint) : "",
    computeDiff ? formatDifferencesOfFiles(plansOf(inspected), diffPainter(computeDiff, paint), paint) : "",
  ];
}

function formatWarningsOfAll(inspected: readonly InspectedPlan[], paint: Paint): string {
  const standIns = [...new Set(inspected.flatMap((each) => each.standIns))];
  return formatWarnings(plansOf(inspected), standIns, paint);
}

function countChanges(changes: readonly PlannedChange[]): string {
  return formatCount(changes.filter(isChange).length, "change");
}

/** A row for each file and folder: what happens to it, and how many texts it has on the types. */
function formatFiles(inspected: readonly InspectedPlan[], paint: Paint): string {
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

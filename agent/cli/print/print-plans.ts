// The plans for a few instance types, side by side where there is room. Pure.

import type { Paint } from "../text.ts";
import { diffPainter } from "./print-diff.ts";
import { formatDifferences, formatDifferencesOfFiles } from "./print-differences.ts";
import { formatFilesOfMany } from "./print-plan-matrix.ts";
import { formatSecrets, formatWarnings, type InspectedPlan, type ShowPlan } from "./print-plan.ts";

export function formatPlans(inspected: readonly InspectedPlan[], { computeDiff, all }: ShowPlan, paint: Paint): string {
  const plans = inspected.map(({ plan }) => plan);
  const [first] = plans;
  const standIns = [...new Set(inspected.flatMap((each) => each.standIns))];
  const sections = [
    formatFilesOfMany(inspected, paint),
    first ? formatSecrets(first, [], paint) : "",
    computeDiff ? formatDifferencesOfFiles(plans, diffPainter(computeDiff, paint), paint) : "",
    formatDifferences(plans, all, paint),
    formatWarnings(plans, standIns, paint),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

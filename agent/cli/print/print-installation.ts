// What an installation or uninstallation has done, or would do, for people. Pure.

import type { Left } from "../../install/removal.ts";
import { joinWords, type Paint } from "../text.ts";

interface Change {
  /** `installed`, `removed`. */
  readonly change: string;
  readonly path: string;
}

interface Done {
  readonly changes: readonly Change[];
  readonly left: readonly Left[];
  /** Those that had secrets of parbake. */
  readonly units: readonly string[];
}

export function formatChanges({ changes, left, units }: Done, dryRun: boolean, paint: Paint): string {
  const lines = [
    ...changes.map(({ change, path }) => `${dryRun ? "not yet " : ""}${change} ${path}`),
    ...left.map(({ path, because }) => `${paint.yellow("left")} ${path}: ${because}`),
  ];
  if (units.length > 0)
    lines.push(`${joinWords(units)} had secrets of parbake, and keep what they have read until they end`);
  return changes.length === 0 ? ["nothing to do", ...lines].map(endLine).join("") : lines.map(endLine).join("");
}

function endLine(line: string): string {
  return `${line}\n`;
}

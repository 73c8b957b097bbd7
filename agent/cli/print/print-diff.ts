// Differences of texts in colour, and their size in two numbers. Pure.

import { shownLines } from "../../shown.ts";
import type { Paint } from "../text.ts";
import { countChanges } from "./count-changes.ts";
import type { ComputeDiff } from "./unified-diff.ts";

/** Unified diffs as a terminal shows them. */
export function diffPainter(computeDiff: ComputeDiff, paint: Paint): ComputeDiff {
  return (oldText, newText, path) => paintDiff(computeDiff(oldText, newText, path), paint);
}

/** `+3 −1`; empty where the texts are the same. */
export function formatCounts(oldText: string | null, newText: string, paint: Paint): string {
  const { added, removed } = countChanges(oldText, newText);
  const parts = [added > 0 ? paint.green(`+${added}`) : "", removed > 0 ? paint.red(`−${removed}`) : ""];
  return parts.filter((part) => part !== "").join(" ");
}

// What somebody else wrote into a file must not steer the terminal that shows it.
function paintDiff(diff: string, paint: Paint): string {
  const lines = diff.split("\n").map((raw, index) => {
    const line = shownLines(raw);
    // A removed line that begins with `--` looks like the heading's.
    if (index < 2) return paint.bold(line);
    if (line.startsWith("+")) return paint.green(line);
    if (line.startsWith("-")) return paint.red(line);
    return line.startsWith("@@") ? paint.dim(line) : line;
  });
  return lines.join("\n");
}

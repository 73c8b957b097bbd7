// The difference of two texts as `diff -u` prints it. jsdiff finds it, and is loaded only where a difference is shown. Pure.

import type { StructuredPatchHunk, structuredPatch } from "diff";
import { commonEnds, MOST_EDITS, splitLines } from "./count-changes.ts";

const CONTEXT_LINES = 3;

/** Empty where the texts are the same. `oldText` is null for a file that is not there yet. */
export type ComputeDiff = (oldText: string | null, newText: string, path: string) => string;

export async function loadDiff(): Promise<ComputeDiff> {
  const jsdiff = await import("diff");
  return (oldText, newText, path) => {
    const hunks = findHunks(oldText ?? "", newText, jsdiff.structuredPatch);
    if (hunks.length === 0) return "";
    return `--- ${oldText === null ? "/dev/null" : path}\n+++ ${path}\n${hunks.map(formatHunk).join("")}`;
  };
}

type Hunk = Readonly<Omit<StructuredPatchHunk, "lines">> & { readonly lines: readonly string[] };

function findHunks(oldText: string, newText: string, search: typeof structuredPatch): readonly Hunk[] {
  const options = { context: CONTEXT_LINES, maxEditLength: MOST_EDITS };
  const found = search("", "", oldText, newText, undefined, undefined, options);
  return found?.hunks ?? [replaceMiddle(splitLines(oldText), splitLines(newText))];
}

// For texts that differ in more lines than are searched: all between what both begin and end with goes, and all of the other comes.
function replaceMiddle(a: readonly string[], b: readonly string[]): Hunk {
  const { start, tail } = commonEnds(a, b);
  const from = Math.max(0, start - CONTEXT_LINES);
  const after = Math.min(tail, CONTEXT_LINES);
  const [oldEnd, newEnd] = [a.length - tail, b.length - tail];
  return {
    oldStart: from + 1,
    oldLines: oldEnd + after - from,
    newStart: from + 1,
    newLines: newEnd + after - from,
    lines: [
      ...a.slice(from, start).flatMap((line) => markLine(" ", line)),
      ...a.slice(start, oldEnd).flatMap((line) => markLine("-", line)),
      ...b.slice(start, newEnd).flatMap((line) => markLine("+", line)),
      ...a.slice(oldEnd, oldEnd + after).flatMap((line) => markLine(" ", line)),
    ],
  };
}

function markLine(mark: string, line: string): string[] {
  return line.endsWith("\n") ? [mark + line.slice(0, -1)] : [mark + line, "\\ No newline at end of file"];
}

function formatHunk({ oldStart, oldLines, newStart, newLines, lines }: Hunk): string {
  const heading = `@@ -${formatRange(oldStart, oldLines)} +${formatRange(newStart, newLines)} @@`;
  return [heading, ...lines].map((line) => `${line}\n`).join("");
}

// As GNU diff: a count of 1 is left out, and an empty range stands behind the line before it.
function formatRange(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? `${start}` : `${start},${count}`;
}

// The difference of two texts as `diff -u` prints it, by Myers' greedy algorithm (1986). Pure.

const CONTEXT_LINES = 3;
/** Texts that differ in more lines are shown as one text gone and another come: the search takes time by its square. */
const MOST_EDITS = 1000;

type Edit = { readonly kind: " " | "-" | "+"; readonly line: string };

/** Empty where the texts are the same. `oldText` is null for a file that is not there yet. */
export function computeDiff(oldText: string | null, newText: string, path: string): string {
  const edits = computeEdits(splitLines(oldText ?? ""), splitLines(newText));
  const hunks = hunkRanges(edits).map(([start, end]) => formatHunk(edits, start, end));
  if (hunks.length === 0) return "";
  return `--- ${oldText === null ? "/dev/null" : path}\n+++ ${path}\n${hunks.join("")}`;
}

/** How many lines come and go. */
export function countChanges(oldText: string | null, newText: string): { added: number; removed: number } {
  const edits = computeEdits(splitLines(oldText ?? ""), splitLines(newText));
  return {
    added: edits.filter(({ kind }) => kind === "+").length,
    removed: edits.filter(({ kind }) => kind === "-").length,
  };
}

// Each with its line feed, so that a last line without one differs from the same line with it.
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function computeEdits(a: readonly string[], b: readonly string[]): Edit[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - start && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [
    ...a.slice(0, start).map(edit(" ")),
    ...computeMiddle(a.slice(start, a.length - tail), b.slice(start, b.length - tail)),
    ...a.slice(a.length - tail).map(edit(" ")),
  ];
}

function computeMiddle(a: readonly string[], b: readonly string[]): Edit[] {
  const trace = searchShortest(a, b);
  return trace ? walkBack(a, b, trace) : [...a.map(edit("-")), ...b.map(edit("+"))];
}

// For each number of edits d, how far into `a` each diagonal k = x - y gets; null where more edits are needed than we allow.
function searchShortest(a: readonly string[], b: readonly string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = [];
  let reach = new Map([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d++) {
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      let x = comesFromAbove(reach, k, d) ? reach.get(k + 1)! : reach.get(k - 1)! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return [...trace, reach];
    }
    trace.push(reach);
    reach = next;
  }
  return null;
}

function comesFromAbove(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && reach.get(k - 1)! < reach.get(k + 1)!);
}

function walkBack(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[]): Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const inserted = comesFromAbove(trace[d]!, x - y, d);
    const fromK = inserted ? x - y + 1 : x - y - 1;
    const fromX = trace[d]!.get(fromK)!;
    const fromY = fromX - fromK;
    for (; x > fromX && y > fromY; x--, y--) edits.push({ kind: " ", line: a[x - 1]! });
    if (d > 0) edits.push(inserted ? { kind: "+", line: b[fromY]! } : { kind: "-", line: a[fromX]! });
    [x, y] = [fromX, fromY];
  }
  return edits.toReversed();
}

function edit(kind: Edit["kind"]): (line: string) => Edit {
  return (line) => ({ kind, line });
}

// Start and end (exclusive) of each run of changes with its context; runs whose contexts touch are one.
function hunkRanges(edits: readonly Edit[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const [index, { kind }] of edits.entries()) {
    if (kind === " ") continue;
    const [start, end] = [Math.max(0, index - CONTEXT_LINES), Math.min(edits.length, index + 1 + CONTEXT_LINES)];
    const last = ranges.at(-1);
    if (last && start <= last[1]) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}

function formatHunk(edits: readonly Edit[], start: number, end: number): string {
  const shown = edits.slice(start, end);
  const range = (without: Edit["kind"]) =>
    formatRange(countLines(edits.slice(0, start), without), countLines(shown, without));
  return `@@ -${range("+")} +${range("-")} @@\n${shown.map(formatEdit).join("")}`;
}

function countLines(edits: readonly Edit[], without: Edit["kind"]): number {
  return edits.filter(({ kind }) => kind !== without).length;
}

// As GNU diff: a count of 1 is left out, and an empty range stands behind the line before it.
function formatRange(before: number, count: number): string {
  if (count === 0) return `${before},0`;
  return count === 1 ? `${before + 1}` : `${before + 1},${count}`;
}

function formatEdit({ kind, line }: Edit): string {
  return line.endsWith("\n") ? kind + line : `${kind}${line}\n\\ No newline at end of file\n`;
}

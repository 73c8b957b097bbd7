// How many lines differ between two texts: what `plan` tells of every file, without the package that shows the difference. Pure.

/** Texts that differ in more lines are shown as one text gone and another come: the search takes time by its square. */
export const MOST_EDITS = 1000;

interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

/** The lines that come and go in a shortest difference. `oldText` is null for a file that is not there yet. */
export function countChanges(oldText: string | null, newText: string): LineCounts {
  const [a, b] = [splitLines(oldText ?? ""), splitLines(newText)];
  const { start, tail } = commonEnds(a, b);
  const [removable, addable] = [a.slice(start, a.length - tail), b.slice(start, b.length - tail)];
  const edits = countEdits(removable, addable) ?? removable.length + addable.length;
  const growth = addable.length - removable.length;
  return { added: (edits + growth) / 2, removed: (edits - growth) / 2 };
}

/** Each with its line feed, so that a last line without one differs from the same line with it. */
export function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** How many lines are the same at the start of both, and how many of the others at their end. */
export function commonEnds(a: readonly string[], b: readonly string[]): { start: number; tail: number } {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return { start, tail };
}

// Myers' greedy search (1986) forwards alone: how many edits there are, and not which. `reach` says how far into `a` the edits
// so far get on each diagonal x - y. Null where more edits are needed than we allow.
function countEdits(a: readonly string[], b: readonly string[]): number | null {
  const most = Math.min(a.length + b.length, MOST_EDITS);
  const reach = new Int32Array(2 * most + 3);
  const at = (diagonal: number) => reach[diagonal + most + 1] ?? 0;
  for (let edits = 0; edits <= most; edits += 1) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const isInsertion = diagonal === -edits || (diagonal !== edits && at(diagonal - 1) < at(diagonal + 1));
      let x = isInsertion ? at(diagonal + 1) : at(diagonal - 1) + 1;
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x += 1;
      if (x >= a.length && x - diagonal >= b.length) return edits;
      reach[diagonal + most + 1] = x;
    }
  }
  return null;
}

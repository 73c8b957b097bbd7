// The known names that a mistyped one most likely meant.

const MOST_SUGGESTIONS = 3;
/** Fewer letters begin too many names. */
const FEWEST_LETTERS = 3;

/** Null where nothing is close: a far-fetched suggestion is worse than none. */
export function nearest(name: string, known: Iterable<string>): string | null {
  return nearestOf(name, known)[0] ?? null;
}

/** Those that are equally close and begin equally alike; where none is close, those that the name is the beginning or a part of. */
export function nearestOf(name: string, known: Iterable<string>): string[] {
  const limit = Math.max(1, Math.floor(name.length / 3));
  const given = name.toLowerCase();
  const names = [...known];
  // One edit for each letter that one of them has more.
  const similar = names.filter((candidate) => Math.abs(candidate.length - name.length) <= limit);
  const all = similar.map((candidate) => ({ candidate, distance: editDistance(given, candidate.toLowerCase()) }));
  const least = Math.min(limit, ...all.map(({ distance }) => distance));
  const close = all.filter(({ distance }) => distance === least).map(({ candidate }) => candidate);
  const found = close.length > 0 ? close : listLonger(given, names);
  const shared = Math.max(...found.map((candidate) => sharedStart(candidate, given)));
  return found.filter((candidate) => sharedStart(candidate, given) === shared).slice(0, MOST_SUGGESTIONS);
}

/** With more names, none is suggested: the time would grow with the square of their number. */
export const MOST_COMPARED = 300;

/**
 * `Did you mean 'apps'?`, or the list of what there is.
 * @param prefix what each of the names is written with
 */
export function suggest(name: string, known: readonly string[], prefix = ""): string {
  if (known.length > MOST_COMPARED) return `It is not one of the ${known.length} names here.`;
  const close = nearestOf(name, known).map((each) => `'${prefix}${each}'`);
  if (close.length > 0) return `Did you mean ${close.join(" or ")}?`;
  return known.length === 0
    ? "Nothing is allowed here."
    : `Known: ${known.map((each) => `${prefix}${each}`).join(", ")}.`;
}

function listLonger(given: string, names: readonly string[]): readonly string[] {
  if (given.length < FEWEST_LETTERS) return [];
  const holding = names.filter((name) => name.toLowerCase().includes(given));
  const begun = holding.filter((name) => name.toLowerCase().startsWith(given));
  if (begun.length > 0) return begun;
  return holding.length <= MOST_SUGGESTIONS ? holding : [];
}

function sharedStart(candidate: string, given: string): number {
  let length = 0;
  while (length < given.length && candidate[length]?.toLowerCase() === given[length]) length++;
  return length;
}

// Levenshtein's, with a swap of neighbours counted as one edit (Damerau): the commonest slip of the fingers.
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, beforeLast[column - 2]! + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}

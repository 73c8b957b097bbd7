// A map that keeps its keys as they were written: JavaScript moves those that are whole numbers (`8080`) to the front, in order
// of their size. Pure.

/** Plain to whoever reads it: Object.keys, entries and spreads see the order. A copy made with a spread loses it. */
export function orderedMap<Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> {
  const values = new Map(entries);
  return inOrder(Object.fromEntries(values), [...values.keys()]);
}

/** @param keys all of `map`'s own */
export function inOrder<T extends object>(map: T, keys: readonly string[]): T {
  return keys.some(isIndex) ? new Proxy(map, { ownKeys: () => keys }) : map;
}

/** What JavaScript sorts; a few larger numbers, which it doesn't, do no harm. */
function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(key);
}

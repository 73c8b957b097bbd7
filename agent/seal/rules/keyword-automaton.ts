// Finds many keywords in bytes at once, each byte looked at once (Aho and Corasick, 1975). Blind to the case of ASCII letters,
// and to NULs, so that it reads UTF-16 as well. Pure.

export interface KeywordAutomaton {
  /** By byte: the column of `next`. */
  readonly columns: Uint8Array;
  /** By state and column: the next state. A state is the place of its first column. */
  readonly next: Int32Array;
  /** From this state on, states end keywords. */
  readonly firstEnd: number;
  /** By number of a state that ends keywords (the first is 0): which. */
  readonly ends: readonly (readonly number[])[];
  readonly width: number;
}

interface State {
  readonly children: Map<number, number>;
  readonly ends: number[];
  fallback: number;
}

/** @param keywords lower case */
export function buildAutomaton(keywords: readonly string[]): KeywordAutomaton {
  const columns = numberColumns(keywords);
  const width = Math.max(...columns) + 1;
  const states = buildTrie(keywords, columns);
  const order = linkFallbacks(states);
  // Those that end keywords come last, so that one comparison tells them.
  const sorted = [
    ...order.filter((state) => states[state]!.ends.length === 0),
    ...order.filter((state) => states[state]!.ends.length > 0),
  ];
  const places = new Map(sorted.map((state, index) => [state, index * width]));
  const next = new Int32Array(states.length * width);
  // In the order of their depth: the row of a fallback is there before that of who falls back.
  for (const state of order) fillRow(state, states, places, next, width);
  const ends = sorted.map((state) => states[state]!.ends).filter((list) => list.length > 0);
  return { columns, next, firstEnd: (states.length - ends.length) * width, ends, width };
}

const NUL_COLUMN = 0;
const OTHER_COLUMN = 1;

function numberColumns(keywords: readonly string[]): Uint8Array {
  const columns = new Uint8Array(256).fill(OTHER_COLUMN);
  columns[0] = NUL_COLUMN;
  const used = new Set(keywords.flatMap((keyword) => [...Buffer.from(keyword, "latin1")]));
  [...used].toSorted((a, b) => a - b).forEach((byte, index) => (columns[byte] = index + 2));
  for (let byte = 0x41; byte <= 0x5a; byte++) columns[byte] = columns[byte + 0x20]!;
  return columns;
}

function buildTrie(keywords: readonly string[], columns: Uint8Array): State[] {
  const states: State[] = [newState()];
  keywords.forEach((keyword, number) => {
    let at = 0;
    for (const byte of Buffer.from(keyword, "latin1")) {
      const column = columns[byte]!;
      let child = states[at]!.children.get(column);
      if (child === undefined) {
        child = states.push(newState()) - 1;
        states[at]!.children.set(column, child);
      }
      at = child;
    }
    states[at]!.ends.push(number);
  });
  return states;
}

function newState(): State {
  return { children: new Map(), ends: [], fallback: 0 };
}

/** @returns the states in the order of their depth */
function linkFallbacks(states: readonly State[]): number[] {
  const order = [0];
  for (const at of order) {
    for (const [column, child] of states[at]!.children) {
      order.push(child);
      let fallback = states[at]!.fallback;
      while (fallback !== 0 && !states[fallback]!.children.has(column)) fallback = states[fallback]!.fallback;
      const link = at === 0 ? 0 : (states[fallback]!.children.get(column) ?? 0);
      states[child]!.fallback = link;
      states[child]!.ends.push(...states[link]!.ends);
    }
  }
  return order;
}

function fillRow(
  state: number,
  states: readonly State[],
  places: ReadonlyMap<number, number>,
  next: Int32Array,
  width: number,
): void {
  const [row, fallback] = [places.get(state)!, places.get(states[state]!.fallback)!];
  for (let column = 0; column < width; column++) {
    const child = states[state]!.children.get(column);
    next[row + column] = child === undefined ? (state === 0 ? 0 : next[fallback + column]!) : places.get(child)!;
  }
  // After the row of the fallback has been copied, whose own NUL leads to itself.
  next[row + NUL_COLUMN] = row;
}

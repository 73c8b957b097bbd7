// Colours and words for people. Pure: the caller decides whether to colour, and how wide it is.

import { PLAIN_RULER, type Ruler } from "./ruler.ts";

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  /** How wide a line may be. Infinity: as long as it is. */
  readonly columns: number;
  readonly ruler: Ruler;
}

const plain = (text: string): string => text;
const escape = (code: number) => (text: string) => (text === "" ? "" : `\u001b[${code}m${text}\u001b[0m`);

export function choosePaint(coloured: boolean, columns = Infinity, ruler = PLAIN_RULER): Paint {
  if (!coloured) return { bold: plain, dim: plain, green: plain, red: plain, yellow: plain, columns, ruler };
  const [bold, dim, green, red, yellow] = [1, 2, 32, 31, 33].map(escape);
  return { bold: bold!, dim: dim!, green: green!, red: red!, yellow: yellow!, columns, ruler };
}

/** `1 file`, `2 files`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `web`, `web and db`, `web, db and api`. */
export function joinWords(words: readonly string[]): string {
  const [last = "", ...others] = words.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} and ${last}`;
}

/** `a, b and 20 more`; all of them, with commas, where they are few enough. */
export function nameFirst(words: readonly string[], most: number): string {
  const rest = words.length - most;
  return words.slice(0, most).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** With an ellipsis at its end, where it is longer. */
export function cut(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join("")}…`;
}

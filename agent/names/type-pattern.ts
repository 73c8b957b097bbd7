// Patterns of EC2's instance types: `m7g.large`, `m7g.*`, `{m,r}7?.xlarge`, `r7g.{large..8xlarge}`. Their syntax alone, for a boot
// reads no catalogue. `*` stands for any characters, the dot too, as in EC2's own lists of allowed instance types. Pure.

import { suggest } from "../nearest.ts";
import type { Declared } from "../refusal.ts";
import { isMetal, magnitudeOf, USUAL_SIZES } from "./instance-size.ts";

export interface TypePattern {
  readonly text: string;
  readonly parts: readonly PatternPart[];
}

/** Without a place: of the command line. */
export interface PlacedPattern extends Declared {
  readonly pattern: TypePattern;
}

/** A piece of a pattern that has no alternatives of its own. */
export type PlainPart =
  | { readonly kind: "text"; readonly text: string }
  /** `*` */
  | { readonly kind: "any" }
  /** `?` */
  | { readonly kind: "one" }
  /** `large..8xlarge`, both ends included. */
  | { readonly kind: "sizes"; readonly from: string; readonly to: string };

/** What stands between the commas of braces. */
interface Alternative {
  readonly text: string;
  readonly parts: readonly PlainPart[];
}

export type PatternPart = PlainPart | { readonly kind: "either"; readonly of: readonly Alternative[] };

/** Why a text is no pattern, in the words of a Problem. */
interface PatternFlaw {
  readonly what: string;
  readonly fix: string;
}

/** A pattern that is longer is a mistake. */
const MOST_LENGTH = 200;

export function parseTypePattern(text: string): TypePattern | PatternFlaw {
  if (text.length > MOST_LENGTH)
    return { what: `'${text.slice(0, 40)}…' is longer than any pattern`, fix: "Write several patterns." };
  const parts: PatternPart[] = [];
  for (const piece of text.match(/\{[^{}]*\}|[^{}]+|[{}]/g) ?? []) {
    const read = piece.startsWith("{") && piece.length > 1 ? readBraces(piece, parts.at(-1)) : readOutside(piece);
    if (read === null) return malformedBraces(text);
    if ("what" in read) return read;
    parts.push(...read);
  }
  return { text, parts };
}

export function isFlaw(read: TypePattern | PatternFlaw): read is PatternFlaw {
  return "what" in read;
}

/** Whether it names one type, letter for letter. */
export function isExact({ parts }: TypePattern): boolean {
  return parts.every(({ kind }) => kind === "text");
}

/** At the commas that stand outside of braces; without blanks and what is empty. */
export function splitPatterns(list: string): string[] {
  const texts = list.match(/(?:\{[^{}]*\}|[^,])+/g) ?? [];
  return texts.map((text) => text.trim()).filter((text) => text !== "");
}

function malformedBraces(text: string): PatternFlaw {
  const what = `'${text.slice(0, 80)}' has a brace without its partner, or braces inside of braces`;
  return { what, fix: "Write {a,b} or {large..8xlarge}, one after another." };
}

/** Null: a brace that stands alone. */
function readOutside(piece: string): readonly PlainPart[] | PatternFlaw | null {
  if (piece === "{" || piece === "}") return null;
  if (!piece.includes(",")) return readPlain(piece);
  return { what: `there is a comma outside of braces in '${piece}'`, fix: "Give each pattern an entry of its own." };
}

function readPlain(text: string): readonly PlainPart[] {
  return (text.match(/[*]+|[?]|[^*?]+/g) ?? []).map((piece) =>
    piece.startsWith("*") ? { kind: "any" } : piece === "?" ? { kind: "one" } : { kind: "text", text: piece },
  );
}

function readBraces(piece: string, before: PatternPart | undefined): readonly PatternPart[] | PatternFlaw {
  const inside = piece.slice(1, -1);
  if (inside.trim() === "") return { what: `there is nothing in ${piece}`, fix: "Write {a,b} or {large..8xlarge}." };
  const of: Alternative[] = [];
  for (const text of inside.split(",").map((each) => each.trim())) {
    const parts = text.includes("..") ? readRange(text, before) : readPlain(text);
    if ("what" in parts) return parts;
    of.push({ text, parts });
  }
  return [{ kind: "either", of }];
}

function readRange(text: string, before: PatternPart | undefined): readonly PlainPart[] | PatternFlaw {
  const ends = text.split("..");
  const [from = "", to = ""] = ends;
  if (ends.length !== 2 || from === "" || to === "")
    return { what: `'${text}' is no range of sizes`, fix: "Write both of its ends: {large..8xlarge}." };
  const unknown = ends.find((end) => magnitudeOf(end) === null);
  if (unknown !== undefined) return unknownSize(unknown);
  if (magnitudeOf(from)! > magnitudeOf(to)!)
    return { what: `${from} is larger than ${to}`, fix: `Write the smaller one first: {${to}..${from}}.` };
  // Elsewhere the last letters of a size would do: 12xlarge ends in xlarge.
  if (before?.kind !== "text" || !before.text.endsWith("."))
    return {
      what: `the range ${text} does not stand for the whole size`,
      fix: "Put it after the dot: m7g.{large..8xlarge}.",
    };
  return [{ kind: "sizes", from, to }];
}

function unknownSize(size: string): PatternFlaw {
  if (isMetal(size))
    return {
      what: `${size} is no end of a range: sizes of virtual machines have an order, and metal ones no place in it`,
      fix: "Add metal as an alternative: {large..8xlarge,metal*}.",
    };
  return { what: `EC2 has no size '${size.slice(0, 40)}'`, fix: suggest(size, USUAL_SIZES) };
}

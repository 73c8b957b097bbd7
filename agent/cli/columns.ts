// Tables and paragraphs as wide as where they are shown. Pure.

import { shown } from "../shown.ts";
import type { Paint } from "./text.ts";

type Row = readonly string[];

const GAP = "  ";

/** Narrower is no text to read: then the terminal breaks the lines. */
const NARROWEST = 40;

/** What a cell over several lines has to be at least, to be read. */
const NARROWEST_CELL = 16;

/** Of the room, what a cell may take before it no longer sets the width of its column, but stands out of it: what looks best. */
const MOST_OF_ROOM = [0.65, 0.4];

/** How far a line that goes on stands in, at most: under the last column that begins there. */
const FARTHEST_HANG = 24;

/**
 * Left-aligned columns, two spaces apart; the last one is not padded. Where a table is wider than the terminal, the cells of its
 * widest columns go over several lines. Where that would break words, as paths are, what has no room in a row goes to a line below.
 * Line breaks in a cell are shown.
 */
export function formatColumns(table: readonly Row[], paint: Paint, indent = ""): string {
  const rows = withoutEmpty(table.map((row) => row.map((cell) => cell.replaceAll(/[\n\t]/g, shown))));
  const room = roomOf(paint) - indent.length;
  const natural = widthsOf(rows, paint.ruler.widthOf);
  const widths = total(natural) <= room ? natural : capWidths(rows, natural, room, paint);
  const lines = widths === null ? layOutBelow(rows, room, paint) : rows.flatMap((row) => layOut(row, widths, paint));
  return lines.map((line) => `${(indent + line).trimEnd()}\n`).join("");
}

/** A column in which no row has anything is none. */
function withoutEmpty(rows: readonly Row[]): readonly Row[] {
  const isUsed = (_: string, column: number) => rows.some((row) => (row[column] ?? "") !== "");
  return rows.map((row) => row.filter(isUsed));
}

/** Whether each row is one line. */
export function fitsColumns(table: readonly Row[], paint: Paint): boolean {
  return total(widthsOf(table, paint.ruler.widthOf)) <= roomOf(paint);
}

/** A table whose first column names its rows: as many of the others side by side as there is room for, the rest in blocks below. */
export function formatSideBySide(table: readonly Row[], paint: Paint): string {
  const count = Math.max(...table.map(({ length }) => length)) - 1;
  for (let blocks = 1; blocks < count; blocks += 1) {
    const parts = splitColumns(table, Math.ceil(count / blocks), count);
    if (parts.every((part) => fitsColumns(part, paint))) return joinBlocks(parts, paint);
  }
  return joinBlocks(splitColumns(table, 1, count), paint);
}

function splitColumns(table: readonly Row[], size: number, count: number): (readonly Row[])[] {
  return Array.from({ length: Math.ceil(count / size) }, (_, block) =>
    table.map(([name = "", ...cells]) => [name, ...cells.slice(block * size, (block + 1) * size)]),
  );
}

function joinBlocks(parts: readonly (readonly Row[])[], paint: Paint): string {
  return parts.map((part) => formatColumns(part, paint)).join("\n");
}

/** A text behind its mark, its further lines under its first: `! it is so`. */
export function formatParagraph(mark: string, text: string, paint: Paint): string {
  const indent = paint.ruler.widthOf(mark);
  const lines = wrap(text, roomOf(paint) - indent, paint);
  return lines.map((line, index) => `${index === 0 ? mark : " ".repeat(indent)}${line}`.trimEnd() + "\n").join("");
}

function roomOf({ columns }: Paint): number {
  return Math.max(columns, NARROWEST);
}

function wrap(text: string, width: number, { ruler }: Paint): readonly string[] {
  return ruler.widthOf(text) <= width ? [text] : ruler.wrap(text, width);
}

function layOut(row: Row, widths: readonly number[], paint: Paint): string[] {
  const cells = row.map((cell, column) => wrap(cell, widths[column] ?? 0, paint));
  const height = Math.max(1, ...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells.map((parts, column) => pad(parts[line] ?? "", widths[column] ?? 0, paint)).join(GAP),
  );
}

function pad(text: string, width: number, { ruler }: Paint): string {
  return text + " ".repeat(Math.max(0, width - ruler.widthOf(text)));
}

function layOutBelow(rows: readonly Row[], room: number, paint: Paint): string[] {
  const ways = MOST_OF_ROOM.map((part) => {
    const starts = startsOf(rows, room * part, paint);
    return rows.flatMap((row) => layOutRow(row, starts, room, paint));
  });
  return ways.reduce((best, way) => (way.length < best.length ? way : best));
}

/** Where each column begins, if what is wider than `most` stands out of its own. */
function startsOf(rows: readonly Row[], most: number, { ruler }: Paint): number[] {
  const usual = rows.map((row) => row.map((cell) => (ruler.widthOf(cell) <= most ? cell : "")));
  let next = 0;
  return widthsOf(usual, ruler.widthOf).map((width) => {
    const start = next;
    next += width + GAP.length;
    return start;
  });
}

/** The cells that have room stand in their columns, and the others below. */
function layOutRow(row: Row, starts: readonly number[], room: number, paint: Paint): string[] {
  const { widthOf } = paint.ruler;
  const cells = row.map((cell, column) => ({ cell, start: starts[column] ?? 0 })).filter(({ cell }) => cell !== "");
  let line = "";
  const isFree = (start: number) => line === "" || widthOf(line) + GAP.length <= start;
  let count = 0;
  for (const { cell, start } of cells) {
    if (!isFree(start) || start + widthOf(cell) > room) break;
    line = pad(line, start, paint) + cell;
    count += 1;
  }
  const hang = starts.findLast((start) => start <= FARTHEST_HANG) ?? 0;
  const rest = cells.slice(count).map(({ cell }) => cell);
  const below =
    rest.length === 0 ? [] : wrap(rest.join(GAP), room - hang, paint).map((each) => " ".repeat(hang) + each);
  if (!isFree(hang)) return [line, ...below];
  const [first = "", ...others] = below;
  return [line + first.slice(widthOf(line)), ...others];
}

/** The widest columns give way first, none to less than its longest word. Null: they would still be too wide. */
function capWidths(rows: readonly Row[], natural: readonly number[], room: number, { ruler }: Paint): number[] | null {
  const words = widthsOf(
    rows.map((row) => row.map((cell) => longestWord(cell, ruler.widthOf))),
    ruler.widthOf,
  );
  for (let cap = Math.max(...natural); cap >= NARROWEST_CELL; cap -= 1) {
    const capped = natural.map((width, column) => Math.max(Math.min(width, cap), words[column] ?? 0));
    if (total(capped) <= room) return capped;
  }
  return null;
}

function widthsOf(rows: readonly Row[], widthOf: (text: string) => number): number[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, widthOf(cell))));
  return widths;
}

/** Of all columns, with what is between them. */
function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

function longestWord(cell: string, widthOf: (text: string) => number): string {
  return cell.split(" ").reduce((longest, word) => (widthOf(word) > widthOf(longest) ? word : longest), "");
}

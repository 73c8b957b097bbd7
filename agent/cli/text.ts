// Colours and columns for people. Pure: the caller decides whether to colour.

import { shown } from "../shown.ts";

export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

const plain = (text: string): string => text;
const escape = (code: number) => (text: string) => (text === "" ? "" : `\u001b[${code}m${text}\u001b[0m`);

export function choosePaint(coloured: boolean): Paint {
  if (!coloured) return { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
  return { bold: escape(1), dim: escape(2), green: escape(32), red: escape(31), yellow: escape(33) };
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

/** Left-aligned columns, two spaces apart; the last one is not padded. A row stays a line: line breaks in a cell are shown. */
export function formatColumns(table: readonly (readonly string[])[], indent = ""): string {
  const rows = table.map((row) => row.map((cell) => cell.replaceAll(/[\n\t]/g, shown)));
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, visibleLength(cell))));
  const lines = rows.map((row) => {
    const cells = row.map(
      (cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - visibleLength(cell))),
    );
    return (indent + cells.join("  ")).trimEnd();
  });
  return lines.map((line) => `${line}\n`).join("");
}

function visibleLength(cell: string): number {
  // oxlint-disable-next-line no-control-regex -- the escape character is what colours are made of
  return cell.replaceAll(/\u001b\[\d+m/g, "").length;
}

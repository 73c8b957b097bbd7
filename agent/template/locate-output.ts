// Finds the line of a template that a place in its output came from. Only for an output that is malformed: it takes a second
// run, with a mark at the start of every line of text.

import type { Position } from "../refusal.ts";
import type { Content, Program } from "./tree/template-ast.ts";

/** A line of static text; `\uE000:n\uE001` in the output of a marked template stands where lines[n] begins. */
type Line = Required<Pick<Position, "file" | "line">>;

const MARK = /\uE000:(\d+)\uE001/;
const HOLE = /\uE000\d+\uE001/;

/** Marks a parsed template, where it stands. */
export function markLines(program: Program, file: string): Line[] {
  const lines: Line[] = [];
  markProgram(program, file, lines);
  return lines;
}

function markProgram(program: Program | undefined, file: string, lines: Line[]): void {
  for (const statement of program?.body ?? []) {
    if (statement.type === "ContentStatement") markContent(statement, file, lines);
    if (statement.type === "BlockStatement") {
      markProgram(statement.program, file, lines);
      markProgram(statement.inverse, file, lines);
    }
    if (statement.type === "PartialStatement") markProgram(statement.program, file, lines);
  }
}

function markContent(content: Content, file: string, lines: Line[]): void {
  const { value, original, loc } = content;
  const skipped = original.slice(0, Math.max(0, original.indexOf(value))).split("\n").length - 1;
  let line = loc.start.line + skipped;
  const mark = (): string => `\uE000:${lines.push({ file: loc.source ?? file, line: line++ }) - 1}\uE001`;
  content.value = mark() + value.replaceAll("\n", () => `\n${mark()}`);
}

/**
 * @param marked what the marked template put out
 * @param parts the texts of the file, static and printed in turn
 * @param offset in the file that they make up
 */
export function lineAt(marked: string, lines: readonly Line[], parts: readonly string[], offset: number): Line | null {
  let line: Line | null = null;
  let position = 0;
  for (const [index, piece] of marked.split(HOLE).entries()) {
    for (const [part, text] of piece.split(MARK).entries()) {
      if (part % 2 === 1) line = lines[Number(text)] ?? line;
      else position += text.length;
      if (part % 2 === 0 && position > offset) return line;
    }
    position += parts[2 * index + 1]?.length ?? 0;
    if (position > offset) return line;
  }
  return line;
}

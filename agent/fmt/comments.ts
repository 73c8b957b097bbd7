// Where the comments of a YAML text stand. The printer of `yaml` keeps them all in their order, but takes one that is about the next
// key for the end of the block above, and puts one behind `key:` below it. Pure.

import { Lexer } from "yaml";

export interface Comment {
  readonly text: string;
  readonly line: number;
  readonly column: number;
  /** Whether it has its line for itself. */
  readonly isAlone: boolean;
}

/** What the lexer yields that stands for nothing in the text: before a scalar, at the start of a document, where a flow breaks off. */
const CONTROLS = new Set(["\u001f", "\u0002", "\u0018"]);
const SCALAR = "\u001f";

export function listComments(text: string): Comment[] {
  const comments: Comment[] = [];
  let [line, start, offset, before] = [0, 0, 0, ""];
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith("#") && before !== SCALAR)
      comments.push({
        text: lexeme.trimEnd(),
        line,
        column: offset - start,
        isAlone: text.slice(start, offset).trim() === "",
      });
    before = lexeme;
    if (CONTROLS.has(lexeme)) continue;
    const breaks = lexeme.split("\n").length - 1;
    if (breaks > 0) start = offset + lexeme.lastIndexOf("\n") + 1;
    line += breaks;
    offset += lexeme.length;
  }
  return comments;
}

/** Puts the comments of what was printed to where they are in the source: behind a key, or in line with what they stand above. */
export function settleComments(source: string, printed: string): string {
  const [wanted, found] = [listComments(source), listComments(printed)];
  // Whoever compares them says so.
  if (wanted.length !== found.length) return printed;
  const lines = printed.split("\n");
  const indents = indentsFor(wanted, found, source.split("\n"), lines);
  // From the end, for the lines above keep their numbers.
  for (const [index, comment] of [...found.entries()].toReversed())
    settle(comment, wanted[index]!.isAlone, indents[index]!, lines);
  return lines.join("\n");
}

function settle(
  { text, line, column, isAlone }: Comment,
  isWantedAlone: boolean,
  indent: number,
  lines: string[],
): void {
  const own = lines[line]!;
  if (!isWantedAlone) {
    const above = lines[line - 1] ?? "";
    // A key whose value follows below.
    if (isAlone && /^ *(?:[^ #].*:|(?:- )*-)(?: [&!]\S+)*$/.test(above)) lines.splice(line - 1, 2, `${above} ${text}`);
    return;
  }
  const comment = " ".repeat(indent) + text;
  if (isAlone) lines[line] = comment;
  else lines.splice(line, 1, own.slice(0, column).trimEnd(), comment);
}

/** Of each comment that has its line for itself; what is commented out below another line goes with it. */
function indentsFor(
  wanted: readonly Comment[],
  found: readonly Comment[],
  sourceLines: readonly string[],
  lines: readonly string[],
): readonly number[] {
  const [sourceBelow, below] = [indentsBelow(sourceLines), indentsBelow(lines)];
  const indents: number[] = [];
  let first = 0;
  for (const [index, { line, column, isAlone }] of wanted.entries()) {
    const { line: foundLine, column: foundColumn, isAlone: isFoundAlone } = found[index]!;
    const head = wanted[first]!;
    const isBlock = index > first && isAlone && head.isAlone && line === wanted[index - 1]!.line + 1;
    if (isBlock && column >= head.column) {
      indents.push(indents[first]! + column - head.column);
      continue;
    }
    first = index;
    const next = below[foundLine]!;
    // About what stands below it, or else the end of what stands above.
    const isOfNext = column <= sourceBelow[line]!;
    const printedAt = isFoundAlone ? foundColumn : indentOf(lines[foundLine]!) + 2;
    indents.push(isOfNext ? next : Math.max(next + 2, printedAt));
  }
  return indents;
}

/** Of each line, the indent of the next one that says something; 0 at the end. */
function indentsBelow(lines: readonly string[]): readonly number[] {
  const below: number[] = [];
  let indent = 0;
  for (const line of lines.toReversed()) {
    below.push(indent);
    if (!/^\s*(?:#.*)?$/.test(line)) indent = indentOf(line);
  }
  return below.toReversed();
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

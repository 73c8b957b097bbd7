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
  const [sourceLines, lines] = [source.split("\n"), printed.split("\n")];
  for (const [index, comment] of [...found.entries()].toReversed())
    settle(comment, wanted[index]!, isOfNext(wanted[index]!, sourceLines), lines);
  return lines.join("\n");
}

function settle({ text, line, column, isAlone }: Comment, wanted: Comment, isNext: boolean, lines: string[]): void {
  const own = lines[line]!;
  if (!wanted.isAlone) {
    const above = lines[line - 1] ?? "";
    // A key whose value follows below.
    if (isAlone && /^ *(?:[^ #].*:|(?:- )*-)(?: [&!]\S+)*$/.test(above)) lines.splice(line - 1, 2, `${above} ${text}`);
    return;
  }
  const next = indentOfNext(lines, line);
  const indent = isNext ? next : Math.max(next + 2, isAlone ? column : indentOf(own) + 2);
  const comment = " ".repeat(indent) + text;
  if (isAlone) lines[line] = comment;
  else lines.splice(line, 1, own.slice(0, column).trimEnd(), comment);
}

/** Whether it is about what stands below it, or else the end of what stands above. */
function isOfNext({ line, column }: Comment, lines: readonly string[]): boolean {
  return column <= indentOfNext(lines, line);
}

/** Of the next line that says something; 0 at the end. */
function indentOfNext(lines: readonly string[], line: number): number {
  for (let below = line + 1; below < lines.length; below++)
    if (!/^\s*(?:#.*)?$/.test(lines[below]!)) return indentOf(lines[below]!);
  return 0;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

// YAML text → its top field; what is not YAML becomes a problem with its place. Pure.

import { LineCounter, parseDocument } from "yaml";
import type { Problem } from "../refusal.ts";
import { Field, type YamlSource } from "./field.ts";

/** One mistake often makes an error of every line after it. */
const MOST_ERRORS = 20;

/** @param problems what is found wrong here and later, through the field, is added to it */
export function parseYaml(file: string, text: string, problems: Problem[]): Field {
  const lines = countLines(text);
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  const source: YamlSource = { file, document, lines, problems };
  for (const { message, pos } of document.errors.slice(0, MOST_ERRORS)) {
    const { line, col } = lines.linePos(pos[0]);
    problems.push({
      what: `not YAML: ${message.replace(/\.$/, "")}`,
      fix: "Mend the syntax there.",
      at: { file, line, column: col },
    });
  }
  return new Field(source, "", document.errors.length > 0 ? null : document.contents);
}

// Not left to the parser, which does not count the lines inside of what it cannot read.
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

// A number as its template has it: Handlebars keeps its value alone, in which 0644 is 644 and 8.0 is 8. Pure.

import type { TemplateText } from "./expand-partials.ts";
import type { Literal } from "./template-ast.ts";

/**
 * @param texts the template and its partials
 * @param file the template itself, whose literals name no file
 */
export function spellingIn(texts: readonly TemplateText[], file: string): (literal: Literal) => string {
  const linesByFile = new Map<string, readonly string[]>();
  return ({ loc: { source, start }, value }) => {
    const name = source ?? file;
    const lines = linesByFile.get(name) ?? texts.find((text) => text.file === name)?.source.split("\n") ?? [];
    linesByFile.set(name, lines);
    return /^-?[\d.]+/.exec(lines[start.line - 1]?.slice(start.column) ?? "")?.[0] ?? String(value);
  };
}

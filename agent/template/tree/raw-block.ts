// `{{{{raw}}}} … {{{{/raw}}}}`: Handlebars knows it, parbake's templates do not. Renders nothing.

import type { Block } from "./template-ast.ts";

export const RAW_BLOCK = {
  what: "raw blocks ({{{{…}}}}) are not supported",
  fix: "Write \\{{ where braces are to stay braces; {{raw …}} prints a value past the encoder.",
};

/** Handlebars parses it to the node of a block, which does not say what its tags were. */
export function isRawBlock({ openStrip }: Block): boolean {
  return openStrip.open === undefined;
}

/** Where one begins in a template that cannot be parsed: Handlebars reads it up to its end, and speaks of what comes after. */
export function findRawBlock(source: string): number | null {
  const withoutComments = source.replaceAll(/\{\{!--.*?--\}\}/gs, (comment) => comment.replaceAll(/\S/g, " "));
  return /(?<!\\)\{\{\{\{(?!\/)/.exec(withoutComments)?.index ?? null;
}

// Spaces that YAML does not take for a space, as text copied from a web page has them: finds one in the place of a plain
// space. Pure.

import { INVISIBLE, nameInvisible } from "../../names/invisible.ts";
import { isAscii } from "../../utf8.ts";

const IN_PLACE_OF_BLANK = new RegExp(`(?<=^[ \\t]*|[-:,[{][ \\t]*)(?:${INVISIBLE.source})`, "u");

/** In text without quotes: at its start, as if it indented, or after a sign that a space has to follow. Null: none. */
export function findBlank(text: string): number | null {
  return isAscii(text) ? null : (IN_PLACE_OF_BLANK.exec(text)?.index ?? null);
}

/** @param text begins with it */
export function explainBlank(text: string): { readonly what: string; readonly fix: string } {
  return {
    what: `${nameInvisible(text)} stands where YAML accepts only a plain space`,
    fix: "Write a plain space in its place, or take it out.",
  };
}

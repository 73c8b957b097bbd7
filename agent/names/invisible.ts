// Characters that are invisible or look like a plain space, and make another text to every program. Pure.

import { isAscii } from "../utf8.ts";

/** Format characters, separators of lines and paragraphs, and every blank but the plain one. */
export const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

const NAMES: Readonly<Record<string, string>> = {
  "\u00a0": "no-break space",
  "\u00ad": "soft hyphen",
  "\u200b": "zero width space",
  "\u200c": "zero width non-joiner",
  "\u200d": "zero width joiner",
  "\u200e": "left-to-right mark",
  "\u200f": "right-to-left mark",
  "\u202a": "left-to-right embedding",
  "\u202b": "right-to-left embedding",
  "\u202c": "pop directional formatting",
  "\u202d": "left-to-right override",
  "\u202e": "right-to-left override",
  "\u202f": "narrow no-break space",
  "\u2060": "word joiner",
  "\u3000": "ideographic space",
  "\ufeff": "byte order mark",
};

/** `U+200B (zero width space)`, the first of them. Null: there is none. */
export function nameInvisible(text: string): string | null {
  const char = isAscii(text) ? undefined : INVISIBLE.exec(text)?.[0];
  if (char === undefined) return null;
  const code = `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return Object.hasOwn(NAMES, char) ? `${code} (${NAMES[char]})` : code;
}

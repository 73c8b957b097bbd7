// XML: entities in text and attributes. Comments, CDATA, tags and declarations know no entities: only plain words pass there.

import { type FormatRules, type Place, escaper, HOLE, plainWord, Unencodable } from "./format-rules.ts";

const escapeEntities = escaper({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\r": "&#13;",
});
// oxlint-disable-next-line no-control-regex -- XML 1.0 cannot hold these characters in any form
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** How each construct ends; in this order, because `<!--` starts like `<!`. */
const CONSTRUCTS = [
  { start: "<!--", end: "-->" },
  { start: "<![CDATA[", end: "]]>" },
  { start: "<?", end: "?>" },
  { start: "<!", end: ">" },
] as const;

export const xml: FormatRules = {
  places(text) {
    const places: Place[] = [];
    for (let index = 0; index < text.length;) index = readConstruct(text, index, places);
    return places;
  },

  encode(value, place) {
    const text = String(value);
    if (NOT_IN_XML.test(text)) {
      throw new Unencodable("it has a character that XML cannot hold", "Take the control character out.");
    }
    if (place === "closed") return plainWord(text).replace(/--|^-|-$/, refuseDashes);
    const escaped = escapeEntities(text);
    return place === "alone" ? escaped : escaped.replace(/[\n\t]/g, (char) => `&#${char.charCodeAt(0)};`);
  },
};

function refuseDashes(): never {
  throw new Unencodable("it has a dash where an XML comment may not have one", "Move it out of the comment.");
}

/** Where to read on. */
function readConstruct(text: string, index: number, places: Place[]): number {
  for (const { start, end } of CONSTRUCTS) {
    if (text.startsWith(start, index)) return skipTo(text, index, end, places);
  }
  if (text[index] === "<") return readTag(text, index + 1, places);
  if (text[index] === HOLE)
    places.push(/&[#\w]*$/.test(text.slice(Math.max(0, index - 12), index)) ? "never" : "alone");
  return index + 1;
}

function skipTo(text: string, index: number, end: string, places: Place[]): number {
  const found = text.indexOf(end, index);
  const stop = found === -1 ? text.length : found + end.length;
  for (const char of text.slice(index, stop)) if (char === HOLE) places.push("closed");
  return stop;
}

function readTag(text: string, start: number, places: Place[]): number {
  let quote: string | null = null;
  for (let index = start; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === HOLE) places.push(quote === null ? "closed" : quote === '"' ? "double" : "single");
    else if (quote !== null) quote = char === quote ? null : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return index + 1;
  }
  return text.length;
}

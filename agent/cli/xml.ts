// A text as XML has it, in a file of parbake's own. Pure.

import { shown } from "../shown.ts";

// A control character is shown as an escape by now; these two have no form at all in XML 1.0, and `shown` leaves them.
const NOT_IN_XML = /[\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Between tags: its line breaks stay. */
export function escapeXml(text: string): string {
  return text.replaceAll(NOT_IN_XML, "\ufffd").replaceAll(/[&<>"]/g, (char) => ENTITIES[char] ?? char);
}

/** On one line: in quotes, or beside other words. */
export function escapeXmlLine(text: string): string {
  return escapeXml(shown(text));
}

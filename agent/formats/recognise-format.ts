// Guesses the format of a file whose name does not tell it, from its text. Guesses only where hardly any other reading is left: a
// false guess would be told at every check, and free text looks like no format. Pure.

import type { TemplateFormat } from "./format.ts";
import { Malformed } from "./readers/scanner.ts";
import { readXml } from "./readers/xml.ts";

export interface Likeness {
  /** Which formats it may be, the likeliest first. */
  readonly formats: readonly [TemplateFormat, ...TemplateFormat[]];
  /** What gives it away. */
  readonly sign: string;
}

/** Null: it looks like none. */
export function recogniseFormat(text: string): Likeness | null {
  if (/^#!.*\b(?:ba|da|k|mk|z)?sh\b/.test(text)) return { formats: ["sh"], sign: "its first line starts a shell" };
  const lines = significantLines(text);
  const [first = ""] = lines;
  if (isXml(text)) return { formats: ["xml"], sign: "it is made of tags" };
  if (/^\[\[?[^[\]]+\]\]?$/.test(first) && lines.some((line) => /^\[\[[^[\]]+\]\]$/.test(line)))
    return { formats: ["toml"], sign: "it has tables in [[…]]" };
  if (/^\s*(?:\[\s*)*(?:\{\s*["}]|\[\s*["\]])/.test(text)) return { formats: ["json"], sign: "it begins as JSON does" };
  if (/^\[[^[\]]+\]$/.test(first) && lines.some((line) => line.includes("=")))
    return { formats: ["ini", "systemd", "toml"], sign: "it begins with a [section]" };
  if (/^(?:---|%YAML .*)$/.test(first) || hasNestedKeys(lines))
    return { formats: ["yaml"], sign: "its keys are indented below others" };
  if (lines.some((line) => /^\s*(?:server|http|events|upstream \S+|location \S.*) *\{$/.test(line)))
    return { formats: ["nginx"], sign: "it has blocks of nginx" };
  return recogniseAssignments(lines);
}

/** Without empty lines and comments, and without the blanks at their ends. */
function significantLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => !/^\s*(?:[#;]|\/\/|$)/.test(line));
}

/** Apache's `<VirtualHost *:80>` is not XML. */
function isXml(text: string): boolean {
  if (!/^\uFEFF?\s*</.test(text)) return false;
  if (/^\uFEFF?<\?xml\s/.test(text)) return true;
  try {
    readXml(text);
    return true;
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
}

/** A line of `key:` alone, and below it a deeper key or the dash of a list; mails and Debian's control files have neither. */
function hasNestedKeys(lines: readonly string[]): boolean {
  return lines.some((line, index) => {
    const indent = /^( *)(?:- )?[\w.-]+:$/.exec(line)?.[1];
    const next = lines[index + 1] ?? "";
    if (indent === undefined || !/^ *(?:- \S|[\w.-]+:(?: \S|$))/.test(next)) return false;
    return next.search(/\S/) > indent.length || next.trimStart().startsWith("- ");
  });
}

/** `ACTION=="add"` of udev compares, and `UUID=… / ext4` of fstab has six columns. */
const ASSIGNMENT = /^(?:export )?[A-Za-z_]\w*=(?!=)/;
const FSTAB = /^(?:(?:PART)?(?:UUID|LABEL))=\S+\s+(?:\/|none\s|swap\s)/;

/** Nothing else but `NAME=value`, without blanks before the sign. */
function recogniseAssignments(lines: readonly string[]): Likeness | null {
  if (lines.length === 0 || !lines.every((line) => ASSIGNMENT.test(line) && !FSTAB.test(line))) return null;
  if (lines.some((line) => line.startsWith("export "))) return { formats: ["sh"], sign: "it exports variables" };
  return { formats: ["env", "sh", "properties"], sign: "each of its lines is NAME=value" };
}

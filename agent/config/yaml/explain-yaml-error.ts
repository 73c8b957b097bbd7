// What the YAML parser cannot read, in the words of an operator, with the place of the mistake. The parser's own words speak
// of tokens, and of the place where it gave up. Pure.

import { BARE_BRACES, type YamlObjection } from "./check-yaml.ts";
import { explainBlank, findBlank } from "./explain-blank.ts";

export interface YamlError {
  /** The parser's. */
  readonly code: string;
  readonly offset: number;
}

/** What an explanation is worked out from. */
interface Site {
  readonly offset: number;
  /** The line there, and where in the text it starts. */
  readonly line: string;
  readonly start: number;
  readonly text: string;
  /** Where the last quote or bracket before it opens that never closes. */
  readonly opening: number | null;
}

type Explained = Omit<YamlObjection, "offset"> & { readonly offset?: number };

/** @param unclosed where quotes and brackets open that never close */
export function explainYamlError(
  { code, offset }: YamlError,
  text: string,
  unclosed: readonly number[],
): YamlObjection {
  const at = Math.min(offset, Math.max(0, text.trimEnd().length - 1));
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const opening = unclosed.findLast((place) => place <= offset) ?? null;
  const site: Site = { offset, line: text.slice(start, end === -1 ? undefined : end), start, text, opening };
  // In quotes and comments it may well stand.
  const blank = findBlank(site.line.split(/["'#]/, 1).join(""));
  if (blank !== null) return { ...explainBlank(site.line.slice(blank)), offset: start + blank };
  const explain = EXPLAIN.get(code) ?? explainUnknown;
  return { offset: at, ...explain(site) };
}

const EXPLAIN: ReadonlyMap<string, (site: Site) => Explained> = new Map(
  Object.entries({
    ALIAS_PROPS: () => ({
      what: "an alias has an anchor or a type of its own",
      fix: "An alias stands alone: `*name`.",
    }),
    BAD_ALIAS: () => ({
      what: "an anchor or an alias has no name",
      fix: 'Text that begins with & or * is put in quotes: "*".',
    }),
    BAD_DIRECTIVE: () => ({ what: "parbake reads YAML 1.2 without directives", fix: "Take the line with % out." }),
    BAD_DQ_ESCAPE: () => ({
      what: "a backslash in double quotes begins no escape that YAML knows",
      fix: "Write it twice (\\\\), or put the text in single quotes.",
    }),
    BAD_INDENT: explainIndent,
    BAD_PROP_ORDER: () => ({
      what: "an anchor or a type is in the wrong place",
      fix: "Put it right before its value.",
    }),
    BAD_SCALAR_START: explainStart,
    BLOCK_AS_IMPLICIT_KEY: explainSecondColon,
    BLOCK_IN_FLOW: () => NO_COMMA,
    KEY_OVER_1024_CHARS: () => ({
      what: "a key has more than 1024 characters",
      fix: "Look for a quote that is not closed.",
    }),
    MISSING_CHAR: explainMissing,
    MULTILINE_IMPLICIT_KEY: explainNoColon,
    MULTIPLE_ANCHORS: () => ({ what: "a value has two anchors", fix: "Keep one." }),
    MULTIPLE_DOCS: () => ({
      what: "the file has a second YAML document",
      fix: "Take the --- or ... before it out, or put it into a file of its own in parbake.d.",
    }),
    MULTIPLE_TAGS: () => ({ what: "a value has two types", fix: "Keep one." }),
    TAB_AS_INDENT: explainTab,
    UNEXPECTED_TOKEN: explainUnexpected,
  }),
);

function explainUnknown(): Explained {
  return {
    what: "this is not YAML",
    fix: "Look for a quote, a bracket, a colon or a dash that is missing in this line or above it.",
  };
}

function explainTab({ text, offset }: Site): Explained {
  return {
    what: "a tab is used for indentation",
    fix: "Indent with spaces: YAML allows no tabs there.",
    offset: Math.max(offset, text.indexOf("\t", offset)),
  };
}

const NO_COMMA: Explained = {
  what: "a comma is missing between two entries",
  fix: "Put it between them, or put the text in quotes.",
};

const BLANK_AFTER_DASH: Explained = { what: "a space is missing after the dash", fix: "Write `- key: value`." };
const NO_BLANK_AFTER_DASH = /^\s*-([^\s-])/;
const IN_BRACES = /\{\{.*?\}\}/;

function explainIndent(site: Site): Explained {
  if (/^ *\t/.test(site.line)) return explainTab({ ...site, offset: site.start });
  return explainDash(site) ?? explainOpening(site) ?? explainDepth(site);
}

function explainDepth({ line }: Site): Explained {
  const deep = depthOf(line);
  return {
    what: `the line is indented by ${deep} space${deep === 1 ? "" : "s"}, which matches no line above it`,
    fix: "Indent it exactly as the keys beside it, or deeper than the key that it belongs to.",
  };
}

/** A list is being read, and this line is as deep as its dashes. Null: it is something else. */
function explainDash(site: Site): Explained | null {
  const { line, start, text } = site;
  if (NO_BLANK_AFTER_DASH.test(line)) return BLANK_AFTER_DASH;
  const above = text
    .slice(0, start)
    .split("\n")
    .findLast((each) => each.trim() !== "" && !each.trim().startsWith("#") && depthOf(each) <= depthOf(line));
  if (above === undefined || !/^\s*- /.test(above) || depthOf(above) !== depthOf(line) || /^\s*- /.test(line))
    return null;
  const key = line.trim().slice(0, 40);
  return {
    what: "the line is indented like the dashes of the list above, but has no dash",
    fix: `If it begins the next entry, write \`- ${key}\`; if it belongs to the entry above, indent it by two more spaces.`,
  };
}

function depthOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Null: none is open. */
function explainOpening({ opening, text }: Site): Explained | null {
  if (opening === null) return null;
  const char = text.charAt(opening);
  const closer = { "[": "]", "{": "}" }[char];
  if (closer === undefined)
    return { what: `the quote ${char} is never closed`, fix: `Close it, or take it out.`, offset: opening };
  const fix = `Close it with ${closer}; what stands between them in lines of their own is indented.`;
  return { what: `the ${char} is never closed`, fix, offset: opening };
}

function explainStart({ offset, text, line }: Site): Explained {
  const char = text[offset] ?? "";
  const word = /^[^\s,\]}]*/.exec(text.slice(offset, offset + 40))?.[0] ?? char;
  if (line.trimStart().startsWith("%") && depthOf(line) === 0)
    return { what: "a line begins with %", fix: "Take it out, or put the text in quotes." };
  return {
    what: `text begins with ${char}, which YAML reserves`,
    fix: `Put it in quotes: "${word.replaceAll('"', "")}".`,
  };
}

function explainSecondColon(site: Site): Explained {
  if (NO_BLANK_AFTER_DASH.test(site.line)) return BLANK_AFTER_DASH;
  if (site.text.includes("\r") && !site.text.includes("\n"))
    return { what: "the lines end in carriage returns alone", fix: "Save the file with line feeds." };
  return {
    what: "a value has a colon and a space in it, as if it were a key",
    fix: "Put the value in quotes, or the key in a line of its own that is indented deeper.",
  };
}

function explainMissing(site: Site): Explained {
  // A key where a list's entry ends, less deep than those beside it.
  if (site.opening === null && site.offset === site.start && /^ +[^\s-][^:]*:(?: |$)/.test(site.line))
    return explainDepth(site);
  return explainOpening(site) ?? (site.line.includes(": ") ? NO_COMMA : explainNoColon(site));
}

function explainNoColon({ line }: Site): Explained {
  if (NO_BLANK_AFTER_DASH.test(line)) return BLANK_AFTER_DASH;
  const word = line.trim().replace(/^- /, "");
  const [, key, value = ""] = /^([\w.-]+):(\S.*)$/.exec(word) ?? [];
  if (key !== undefined)
    return { what: "a space is missing after the colon", fix: `Write \`${key}: ${value.slice(0, 40)}\`.` };
  if (/^[^:]*$/.test(word))
    return {
      what: `'${word.slice(0, 40)}' has no colon and no value`,
      fix: `Write \`${word.slice(0, 40)}: value\`, or take it out.`,
    };
  return NO_COMMA;
}

function explainUnexpected(site: Site): Explained {
  const { text, offset, line } = site;
  const char = text[offset] ?? "";
  if (IN_BRACES.test(line)) return BARE_BRACES;
  if (char === "]" || char === "}") return { what: `the ${char} closes nothing`, fix: "Take it out, or open it." };
  if (char === ",") return { what: "there is a comma too many", fix: "Take it out." };
  if (/["']\s*$/.test(text.slice(Math.max(0, offset - 80), offset)))
    return {
      what: "text follows a quote that closes",
      fix: "Put all of the value in one pair of quotes; in single quotes write '' for '.",
    };
  if (/[|>][\d+-]*\s*$/.test(text.slice(Math.max(0, offset - 80), offset)))
    return { what: "text follows | or > on the same line", fix: "Begin it on the next line, indented." };
  return explainOpening(site) ?? explainUnknown();
}

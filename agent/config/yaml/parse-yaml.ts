// YAML text → its top field. What is not YAML, and what YAML would silently drop or change, becomes a problem with its
// place. Pure.

import { Composer, type CST, type Document, LineCounter, type Node } from "yaml";
import type { Problem } from "../../refusal.ts";
import { checkYaml, type YamlObjection } from "./check-yaml.ts";
import { explainYamlError, type YamlError } from "./explain-yaml-error.ts";
import { Field, type YamlSource } from "./field.ts";
import { readQuickly } from "./quick-yaml.ts";
import { MOST_LENGTH, MOST_NESTED, MOST_VALUES, readYamlTokens } from "./yaml-tokens.ts";

// The core schema of YAML 1.2 and nothing else: no merge keys, no types of applications. `checkYaml` finds duplicate
// keys: the parser would compare each with each.
const OPTIONS = { version: "1.2", schema: "core", merge: false, uniqueKeys: false, prettyErrors: false } as const;

/** @param problems what is found wrong here and later, through the field, is added to it */
export function parseYaml(file: string, text: string, problems: Problem[]): Field {
  const lines = countLines(text);
  const placeOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const { contents, aliases, values, objections } = readTree(text, (offset) => placeOf(offset).line);
  for (const { what, fix, offset } of objections) problems.push({ what, fix, at: placeOf(offset) });
  const isGood = objections.length === 0;
  const source: YamlSource = { placeOf, problems, aliases, values: isGood ? values : 0 };
  return new Field(source, "", isGood ? contents : null);
}

function broken(...objections: readonly YamlObjection[]): Tree {
  return { contents: null, aliases: new Map(), values: 0, objections };
}

interface Tree extends Pick<YamlSource, "aliases" | "values"> {
  readonly contents: Node | null;
  readonly objections: readonly YamlObjection[];
}

function readTree(text: string, lineOf: (offset: number) => number): Tree {
  if (text.length > MOST_LENGTH)
    return broken({ what: "the YAML is longer than 1 MiB", fix: "Move long texts into templates.", offset: 0 });
  const quick = readQuickly(text);
  if (quick !== null) return { contents: quick, ...checkYaml(quick, lineOf) };
  const { tokens, tooDeepAt, isTooMany, unclosed } = readYamlTokens(text);
  if (tooDeepAt !== null)
    return broken({ what: `values nest more than ${MOST_NESTED} deep`, fix: "Make it flatter.", offset: tooDeepAt });
  if (isTooMany)
    return broken({ what: `there are more than ${MOST_VALUES} values`, fix: "Make it smaller.", offset: 0 });
  const [document, ...others] = [...new Composer(OPTIONS).compose(tokens, true, text.length)];
  // Never undefined: `compose` is told to make one of an empty text, too.
  if (document === undefined) return broken();
  const errors = [...directivesIn(tokens), ...errorsIn(document), ...others.slice(0, 1).map(asSecond)];
  if (errors.length > 0) {
    const explained = independent(errors).map((error) => explainYamlError(error, text, unclosed));
    return broken(...onePerLine(explained, lineOf));
  }
  return { contents: document.contents, ...checkYaml(document.contents, lineOf) };
}

/** `%YAML 1.1` would make 23 of 0027, and true of yes. */
function directivesIn(tokens: readonly CST.Token[]): YamlError[] {
  return tokens
    .filter((token) => token.type === "directive" && token.source.trim() !== "%YAML 1.2")
    .map(({ offset }) => ({ code: "BAD_DIRECTIVE", offset }));
}

function asSecond({ range }: Document.Parsed): YamlError {
  return { code: "MULTIPLE_DOCS", offset: range[0] };
}

/** The indentation of a closing bracket is a matter of style, and `checkYaml` checks the tags. */
const HARMLESS: readonly string[] = ["BAD_INDENT", "TAG_RESOLVE_FAILED", "BAD_COLLECTION_TYPE", "BAD_DIRECTIVE"];

function errorsIn({ errors, warnings }: Document.Parsed): YamlError[] {
  const found = [...errors, ...warnings.filter(({ code }) => !HARMLESS.includes(code))];
  return found.map(({ code, pos }) => ({ code, offset: pos[0] }));
}

/** Errors that do not follow from an earlier one. */
const INDEPENDENT: readonly string[] = ["BAD_DIRECTIVE", "TAB_AS_INDENT", "BAD_SCALAR_START", "BAD_DQ_ESCAPE"];

/** More of them say nothing new. */
const MOST_ERRORS = 20;

/** One mistake often makes an error of every line after it. */
function independent(errors: readonly YamlError[]): YamlError[] {
  return errors.filter(({ code }, index) => index === 0 || INDEPENDENT.includes(code)).slice(0, MOST_ERRORS);
}

function onePerLine(objections: readonly YamlObjection[], lineOf: (offset: number) => number): YamlObjection[] {
  return [...new Map(objections.toReversed().map((each) => [lineOf(each.offset), each])).values()].toReversed();
}

// Not left to the parser, which does not count the lines inside of what it cannot read.
function countLines(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  return lines;
}

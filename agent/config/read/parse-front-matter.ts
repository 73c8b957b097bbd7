// The front matter of a template: what a `files:` entry would say, between two lines of `---` at its top. Pure.

import { suggest } from "../../nearest.ts";
import type { Position, Problem } from "../../refusal.ts";
import { FRONT_MATTER_KEYS } from "../keys/file-keys.ts";
import type { Field } from "../yaml/field.ts";
import { parseYaml } from "../yaml/parse-yaml.ts";
import { given, parseFileSettings, type FileSettings } from "./parse-file.ts";

export interface FrontMatter {
  readonly settings: Partial<FileSettings>;
  /** As they stand there. */
  readonly keys: ReadonlyMap<string, Field>;
  /** Whether it says where the file goes; true as well where it is too wrong to tell. */
  readonly hasPath: boolean;
  /** Where its path stands, else its first line. */
  readonly at: Position;
}

interface SplitTemplate {
  /** Null: the template begins with its text. */
  readonly frontMatter: FrontMatter | null;
  /** The template with its front matter as a comment of as many lines, so that the text keeps its line numbers. */
  readonly source: string;
}

const LITERAL = "To begin the file itself with ---, write {{!}}--- on the template's first line.";

export function splitFrontMatter(file: string, source: string, problems: Problem[]): SplitTemplate {
  const found = locateFrontMatter(source);
  if (found === null) return { frontMatter: null, source };
  if (found === "unclosed") {
    const at = { file, line: 1, column: 1 };
    problems.push({ what: "the front matter has no --- that ends it", fix: `Add the line. ${LITERAL}`, at });
    return { frontMatter: null, source: "" };
  }
  const { closing } = found;
  const yaml = source.slice(0, found.end);
  const lineBreaks = "\n".repeat(yaml.split("\n").length - 1);
  return {
    frontMatter: parseFrontMatter(file, yaml, problems),
    source: `{{!${lineBreaks}}}${closing.endsWith("\n") ? "\n" : ""}${source.slice(yaml.length + closing.length)}`,
  };
}

interface FrontMatterPlace {
  readonly opening: string;
  /** Where the line begins that closes it. */
  readonly end: number;
  readonly closing: string;
}

/** Null: the template begins with its text. */
export function locateFrontMatter(source: string): FrontMatterPlace | "unclosed" | null {
  const opening = /^---[ \t]*\r?(?:\n|$)/.exec(source)?.[0];
  if (opening === undefined) return null;
  const closing = /^---[ \t]*\r?(?:\n|$)/m.exec(source.slice(opening.length));
  if (closing === null) return "unclosed";
  return { opening, end: opening.length + closing.index, closing: closing[0] };
}

/** `yaml` begins with the opening `---`, which YAML takes for its own, so that its lines are the file's. */
function parseFrontMatter(file: string, yaml: string, problems: Problem[]): FrontMatter {
  const found: Problem[] = [];
  const top = parseYaml(file, yaml, found);
  const keys = top.entries();
  found.push(...[...keys].filter(([key]) => !isKnown(key)).map(([key, field]) => explainUnknown(key, field)));
  const isFrontMatter = found.length === 0;
  const misread = found.splice(0).map((problem) => ({ ...problem, fix: `${problem.fix} ${LITERAL}` }));
  const settings = given(parseFileSettings(keys));
  problems.push(...[...misread, ...found].toSorted((one, other) => (one.at?.line ?? 0) - (other.at?.line ?? 0)));
  const path = keys.get("path");
  return {
    settings,
    keys,
    hasPath: path !== undefined || !isFrontMatter,
    at: path?.at ?? { file, line: 1, column: 1 },
  };
}

function isKnown(key: string): boolean {
  return Object.hasOwn(FRONT_MATTER_KEYS, key);
}

function explainUnknown(key: string, { keyAt }: Field): Problem {
  return {
    what: `the front matter has an unknown key '${key.slice(0, 60)}'`,
    fix: suggest(key, Object.keys(FRONT_MATTER_KEYS)),
    at: keyAt,
  };
}

// A config file or a template → the same in the canonical layout. Proves that nothing else has changed: what it says and its comments are
// read again and compared. Pure.

import { locateFrontMatter } from "../config/read/parse-front-matter.ts";
import { parseYaml } from "../config/yaml/parse-yaml.ts";
import type { Problem } from "../refusal.ts";
import { canonicalYaml } from "./canonical-yaml.ts";
import { listComments } from "./comments.ts";
import { meaningOf } from "./meaning.ts";

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** @returns null where something stands in the way, which is told */
export function formatSource({ file, text }: Source, problems: Problem[]): string | null {
  return file.endsWith(".hbs") ? formatTemplate(file, text, problems) : formatYaml(file, text, problems);
}

/** Its front matter alone. */
function formatTemplate(file: string, text: string, problems: Problem[]): string | null {
  const found = locateFrontMatter(text);
  if (found === null) return text;
  if (found === "unclosed") {
    const fix = "Add the line.";
    problems.push({ what: "the front matter has no --- that ends it", fix, at: { file, line: 1, column: 1 } });
    return null;
  }
  const { opening, end } = found;
  const yaml = text.slice(opening.length, end);
  const formatted = formatYaml(file, yaml, problems, opening);
  if (formatted === null) return null;
  const lines = opening.endsWith("\r\n") ? formatted.replaceAll("\n", "\r\n") : formatted;
  return opening + lines + text.slice(end);
}

/** @param opening what stands above it in its file, so that problems have their lines */
function formatYaml(file: string, text: string, problems: Problem[], opening = ""): string | null {
  const before = read(file, opening + text);
  if (before.problems.length > 0) {
    problems.push(...before.problems);
    return null;
  }
  const formatted = canonicalYaml(text);
  const after = read(file, opening + formatted);
  const isSame = after.meaning === before.meaning && isEqual(textsOf(text), textsOf(formatted));
  if (isSame && after.problems.length === 0 && canonicalYaml(formatted) === formatted) return formatted;
  problems.push({
    what: `${file} cannot be laid out without a change of what it says, or of its comments' order`,
    fix: "Move the comments between braces and values to lines of their own.",
  });
  return null;
}

function read(file: string, text: string): { readonly meaning: string; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const field = parseYaml(file, text, problems);
  return { meaning: meaningOf(field), problems };
}

function textsOf(text: string): readonly string[] {
  return listComments(text).map((comment) => comment.text);
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}

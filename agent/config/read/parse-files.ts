// `files:` of every config file, and the templates that stand alone, as one list. Pure.

import type { Problem } from "../../refusal.ts";
import type { FileConfig } from "../config.ts";
import type { Field } from "../yaml/field.ts";
import { completeFile, given, parseFile } from "./parse-file.ts";
import type { FrontMatter } from "./parse-front-matter.ts";

/** @param lists the entries of each config file, in the order of precedence */
export function parseFiles(
  lists: readonly (readonly Field[])[],
  frontMatters: ReadonlyMap<string, FrontMatter>,
  problems: Problem[],
): readonly FileConfig[] {
  const declared = lists.map((entries) =>
    entries
      .map((entry) => parseFile(entry, (template) => frontMatters.get(template)?.settings))
      .filter((file) => file !== undefined),
  );
  return [...byPath(declared), ...standAlone(frontMatters, namedTemplates(lists), problems)];
}

export function namedTemplates(lists: readonly (readonly Field[])[]): readonly string[] {
  return lists
    .flat()
    .map((entry) => entry.peek("template"))
    .filter((template) => template !== undefined);
}

// Within one file two entries for one path are a mistake (checkPaths says so); across files the later one wins.
export function byPath<T extends { readonly path: string }>(lists: readonly (readonly T[])[]): readonly T[] {
  const replaced = new Set<string>();
  const kept = lists.toReversed().map((list) => {
    const own = list.filter(({ path }) => !replaced.has(path));
    for (const { path } of list) replaced.add(path);
    return own;
  });
  return kept.toReversed().flat();
}

/** In the order of their names, so that a plan is the same whatever order the folder is read in. */
function standAlone(
  frontMatters: ReadonlyMap<string, FrontMatter>,
  named: readonly string[],
  problems: Problem[],
): FileConfig[] {
  const declared = new Set(named);
  const alone = [...frontMatters].filter(([template]) => !declared.has(template));
  const nowhere = alone.filter(([, { hasPath }]) => !hasPath);
  problems.push(
    ...nowhere.map(([template, { at }]) => ({
      what: "the front matter has no path, and no `files:` entry of the config names this template",
      fix: `Add \`path:\`, or the entry; a partial (${partialName(template)}) needs no front matter.`,
      at,
    })),
  );
  return alone
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([template, { settings, at }]) =>
      settings.path === undefined ? [] : [completeFile(template, { ...given(settings), path: settings.path }, at)],
    );
}

function partialName(template: string): string {
  return `{{> ${template.slice(template.lastIndexOf("/") + 1).replace(/\.hbs$/, "")}}}`;
}

// `parbake templates`: the ready templates that parbake carries, so that a bake needs the binary and nothing else. Needs no config,
// no root and no network.

import { listCarried, readCarried } from "../carried.ts";
import type { Command } from "../cli/invocation.ts";
import { formatTemplates } from "../cli/print/print-templates.ts";
import { joinWords } from "../cli/text.ts";
import type { Ending } from "../ending.ts";
import { suggest } from "../nearest.ts";
import { Refusal } from "../refusal.ts";
import { describeTemplate, findTemplates, type ReadyTemplate } from "../template/ready-template.ts";
import type { Session } from "./session.ts";

const FOLDER = "templates";
/** What a template may say: it lies beside them. */
const GUIDE: ReadyTemplate = { name: "README.md", profile: null, about: "How to write a template: names and helpers" };

export function runTemplates(
  { name }: Extract<Command, { kind: "templates" }>,
  { options, emit, say }: Session,
): Ending {
  const all = [...listTemplates(), GUIDE];
  if (name === null) {
    if (options.json) emit({ schema: 1, templates: all });
    else say(all, formatTemplates);
    return "done";
  }
  const template = findOne(name, all);
  const content = readCarried(`${FOLDER}/${template.name}`);
  if (options.json) emit({ schema: 1, templates: [{ ...template, text: content }] });
  else say({ content }, (shown) => shown.content);
  return "done";
}

function listTemplates(): ReadyTemplate[] {
  const paths = listCarried(FOLDER).filter((path) => path.endsWith(".hbs"));
  return paths.map((path) => describeTemplate(path.slice(FOLDER.length + 1), readCarried(path)));
}

/** @throws Refusal where it is none, or more than one: the output may go into a file */
function findOne(name: string, all: readonly ReadyTemplate[]): ReadyTemplate {
  const [template, ...others] = findTemplates(name, all);
  if (template !== undefined && others.length === 0) return template;
  if (template === undefined) {
    const known = all.flatMap((each) => [each.name, ...(each.profile === null ? [] : [each.profile])]);
    const what = `parbake carries no template '${name.slice(0, 60)}'`;
    throw new Refusal("usage", { what, fix: suggest(name, [...new Set(known)]) });
  }
  const names = [template, ...others].map((each) => each.name);
  const what = `'${name}' is ${names.length} templates: ${joinWords(names)}`;
  throw new Refusal("usage", { what, fix: `Name one: \`parbake templates ${template.name}\`.` });
}

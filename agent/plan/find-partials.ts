// The partials that a template may name, and the texts that it is made of. Pure.

import type { TemplateText } from "./expand-partials.ts";

type Templates = ReadonlyMap<string, string | null>;

const SUFFIX = ".hbs";

/** By the name in `{{> name}}`: every template of the same folder. */
export function findPartials(
  template: string,
  templates: Templates,
  templatesFolder: string,
): ReadonlyMap<string, TemplateText> {
  const folder = folderOf(template);
  const found = new Map<string, TemplateText>();
  for (const [path, source] of templates) {
    if (source === null || folderOf(path) !== folder || !path.endsWith(SUFFIX)) continue;
    found.set(path.slice(folder.length, -SUFFIX.length), { file: `${templatesFolder}/${path}`, source });
  }
  return found;
}

/** The sources of these templates and of the partials that they may include, each once. */
export function sourcesOf(named: readonly string[], templates: Templates): string[] {
  const queue = [...named];
  const sources = new Map<string, string>();
  for (const template of queue) {
    const source = templates.get(template);
    if (source === null || source === undefined || sources.has(template)) continue;
    sources.set(template, source);
    const partials = source.matchAll(/\{\{~?#?>\s*["']?([\w.-]+)/g);
    queue.push(...[...partials].map(([, name]) => `${folderOf(template)}${name}${SUFFIX}`));
  }
  return [...sources.values()];
}

/** With its slash; empty at the top. */
function folderOf(template: string): string {
  return template.slice(0, template.lastIndexOf("/") + 1);
}

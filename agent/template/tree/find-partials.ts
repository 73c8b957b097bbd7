// The partials that a template may name, and the texts that it is made of. Pure.

import type { TemplateText } from "./expand-partials.ts";

type Templates = ReadonlyMap<string, string | null>;

const SUFFIX = ".hbs";

/** By the name in `{{> name}}`: every template of the same folder. */
export type Partials = ReadonlyMap<string, TemplateText>;

const NONE: Partials = new Map();

/** What the templates of a folder may include, by the template. */
export function findPartials(templates: Templates, templatesFolder: string): (template: string) => Partials {
  const folders = new Map<string, Map<string, TemplateText>>();
  for (const [path, source] of templates) {
    if (source === null || !path.endsWith(SUFFIX)) continue;
    const folder = folderOf(path);
    const partials = folders.get(folder) ?? new Map<string, TemplateText>();
    folders.set(folder, partials);
    partials.set(path.slice(folder.length, -SUFFIX.length), { file: `${templatesFolder}/${path}`, source });
  }
  return (template) => folders.get(folderOf(template)) ?? NONE;
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

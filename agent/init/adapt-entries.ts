// The entries and templates of a head, with the names, versions and paths that are so in an image. Pure.

import type { Entries } from "./entries.ts";
import type { NamedApp } from "./name-apps.ts";
import type { ReadyTemplate } from "./ready-templates.ts";

export interface Adapted {
  readonly entries: Entries;
  /** By file name. */
  readonly templates: ReadonlyMap<string, string>;
}

export function adaptEntries(
  { name, app, isOneOfMany }: NamedApp,
  shown: Entries,
  ready: readonly ReadyTemplate[],
): Adapted {
  const unit = /\{ (?:restart|reload): (\S+) \}/.exec(shown.files.join(""))?.[1];
  const replacements = [...(unit === undefined ? [] : [[unit, app.unit] as const]), ...app.replacements];
  const say = (text: string) => replacements.reduce((said, [from, to]) => said.replaceAll(from, () => to), text);
  // No ready template is called so.
  const stem = app.isOwn ? `${app.profile}-${name}` : name;
  const rename = (template: string) => (isOneOfMany ? template.replace(/^[^.]+/, () => stem) : template);
  // `profiles.…` is for the only app of a profile.
  const call = (text: string) =>
    isOneOfMany ? text.replaceAll(`profiles.${app.profile}`, () => `apps.${name}`) : text;
  return {
    entries: {
      options: { ...shown.options, ...app.options },
      vars: { ...shown.vars, ...app.vars },
      folders: shown.folders.map(say),
      files: shown.files.map((item) => say(item).replace(/(?<=template: )\S+/, rename)),
    },
    templates: new Map(listTemplates(shown, ready).map((template) => [rename(template.name), call(template.text)])),
  };
}

/** Those that the entries name. */
export function listTemplates({ files }: Entries, ready: readonly ReadyTemplate[]): readonly ReadyTemplate[] {
  return ready.filter(({ name }) => files.some((item) => item.includes(`template: ${name}\n`)));
}

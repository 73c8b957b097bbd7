// The templates folder as text → what each template says of itself, and its text without that. Pure.

import type { Problem } from "../../refusal.ts";
import { splitFrontMatter, type FrontMatter } from "./parse-front-matter.ts";

export interface TemplateSources {
  /** Absolute, inside the root that parbake acts on. */
  readonly folder: string;
  /** Every template of the folder and every one that the config names, by its path below the folder; null: no such file. */
  readonly sources: ReadonlyMap<string, string | null>;
}

export interface ParsedTemplates extends TemplateSources {
  readonly frontMatters: ReadonlyMap<string, FrontMatter>;
}

export function parseTemplates({ folder, sources }: TemplateSources, problems: Problem[]): ParsedTemplates {
  const frontMatters = new Map<string, FrontMatter>();
  const bare = new Map<string, string | null>();
  for (const [template, text] of sources) {
    const split = text === null ? null : splitFrontMatter(`${folder}/${template}`, text, problems);
    bare.set(template, split?.source ?? null);
    if (split?.frontMatter) frontMatters.set(template, split.frontMatter);
  }
  return { folder, sources: bare, frontMatters };
}

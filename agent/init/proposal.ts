// What init proposes for one app, and how its parts stand in a config. Pure.

import type { Problem } from "../refusal.ts";
import type { Entries } from "./entries.ts";

export interface Proposal {
  readonly name: string;
  readonly profile: string;
  /** Null: an offer, of nothing that was found. */
  readonly unit: string | null;
  readonly evidence: readonly string[];
  readonly entries: Entries;
  /** By file name: what they say for this app. */
  readonly templates: ReadonlyMap<string, string>;
  /** Why `check` would refuse it; none: it is part of the config, else a comment. */
  readonly problems: readonly Problem[];
  /** What is to be done in the bake, and what was guessed. */
  readonly advice: readonly Problem[];
}

export interface Section {
  readonly key: "vars" | "apps" | "folders" | "files";
  readonly text: string;
}

export function sectionsOf(name: string, profile: string, entries: Entries): readonly Section[] {
  const options = Object.entries(entries.options).map(([option, value]) => `${option}: ${value}`);
  const given = options.length === 0 ? "" : `, options: { ${options.join(", ")} }`;
  const vars = Object.entries(entries.vars).map(([key, value]) => `  ${key}: ${value}\n`);
  return [
    { key: "vars", text: vars.join("") },
    { key: "apps", text: `  ${name}: { profile: ${profile}${given} }\n` },
    { key: "folders", text: entries.folders.join("") },
    { key: "files", text: entries.files.join("") },
  ];
}

/** A config of this app alone. */
export function asConfig(name: string, profile: string, entries: Entries): string {
  const sections = sectionsOf(name, profile, entries).filter(({ text }) => text !== "");
  return sections.map(({ key, text }) => `${key}:\n${text}`).join("");
}

export function isActive({ unit, problems }: Proposal): boolean {
  return unit !== null && problems.length === 0;
}

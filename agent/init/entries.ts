// The entries of a config for one app, as the heads of the ready templates give them for a distribution. Pure.

import type { Example } from "./head-examples.ts";
import type { ReadyTemplate } from "./ready-templates.ts";

/** The distributions that the heads speak of; each stands for those like it. */
export type Shown = "Debian 12" | "Amazon Linux 2023";

export interface Entries {
  /** Values as YAML. */
  readonly options: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, string>>;
  /** Items of the lists, each with its lines as they stand below `folders:` and `files:`. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** Null: no head has any for that distribution. */
export function findEntries(profile: string, shown: Shown, ready: readonly ReadyTemplate[]): Entries | null {
  const examples = ready.flatMap(
    ({ examples: each }) =>
      each.find(({ systems, yaml }) => systems.includes(shown) && profileOf(yaml) === profile) ?? [],
  );
  // The fullest one has the app's files in the order in which they are to change.
  const [first, ...others] = examples.toSorted((one, other) => listFiles(other).length - listFiles(one).length);
  if (first === undefined) return null;
  const all = [first, ...others];
  const options = /options: \{ (.*?) \} \}/.exec(sectionOf(first, "apps"))?.[1] ?? "";
  return {
    options: parsePairs(options.split(", ")),
    vars: parsePairs(all.flatMap((example) => sectionOf(example, "vars").split("\n"))),
    folders: eachOnce(all.flatMap((example) => itemsOf(example, "folders"))),
    files: eachOnce(all.flatMap(listFiles)),
  };
}

function profileOf(yaml: string): string | undefined {
  return /profile: ([\w-]+)/.exec(yaml)?.[1];
}

function listFiles(example: Example): readonly string[] {
  return itemsOf(example, "files");
}

function itemsOf(example: Example, key: string): readonly string[] {
  return sectionOf(example, key)
    .split(/^(?=  - )/m)
    .filter((item) => item !== "");
}

/** The lines below a key of the top. */
function sectionOf({ yaml }: Example, key: string): string {
  const section = yaml.split(/^(?=\w)/m).find((text) => text.startsWith(`${key}:\n`));
  return section?.slice(key.length + 2) ?? "";
}

function parsePairs(lines: readonly string[]): Readonly<Record<string, string>> {
  const pairs = lines.map((line) => /^\s*(\w+): (.+)$/.exec(line));
  return Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1]!, pair[2]!]])));
}

function eachOnce(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

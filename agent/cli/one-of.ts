// An option that has a closed list of values. Pure.

import { suggest } from "../nearest.ts";
import type { Problem } from "../refusal.ts";
import type { OptionName } from "./options.ts";
import type { Given } from "./sort-words.ts";

/** Null: not given, or a value that is not on the list, which becomes a problem. */
export function oneOf<Choice extends string>(
  name: OptionName,
  choices: readonly Choice[],
  given: Given,
  problems: Problem[],
): Choice | null {
  const value = given.get(name)?.[0];
  if (value === undefined) return null;
  const choice = choices.find((known) => known === value);
  if (choice === undefined)
    problems.push({ what: `--${name} ${value.slice(0, 40)} is not known`, fix: suggest(value, choices) });
  return choice ?? null;
}

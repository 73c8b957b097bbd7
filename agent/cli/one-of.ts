// An option that has a closed list of values. Pure.

import { suggest } from "../nearest.ts";
import type { Problem } from "../refusal.ts";
import { OPTIONS, type OptionName } from "./options.ts";
import type { Given } from "./sort-words.ts";

type Rules = typeof OPTIONS;

/** The options that have such a list. */
type Closed = { [Name in OptionName]: Rules[Name] extends { choices: unknown } ? Name : never }[OptionName];

/** Null: not given, or a value that is not on the list, which becomes a problem. */
export function oneOf<Name extends Closed>(
  name: Name,
  given: Given,
  problems: Problem[],
): Rules[Name]["choices"][number] | null {
  const value = given.get(name)?.[0];
  if (value === undefined) return null;
  const choices: readonly Rules[Name]["choices"][number][] = OPTIONS[name].choices;
  const choice = choices.find((known) => known === value);
  if (choice === undefined)
    problems.push({ what: `--${name} ${value.slice(0, 40)} is not known`, fix: suggest(value, choices) });
  return choice ?? null;
}

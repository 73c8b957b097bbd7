// argv → words and options with their values; an unknown option becomes a problem. Pure.

import { parseArgs } from "node:util";
import { suggest } from "../nearest.ts";
import type { Problem } from "../refusal.ts";
import { OPTIONS, SHORT_OPTIONS, type OptionName } from "./options.ts";

/** The values of each given option, in order; a switch has an empty one. */
export type Given = ReadonlyMap<OptionName, readonly string[]>;

const LONG = new Map(Object.entries(SHORT_OPTIONS).map(([name, letter]) => [`-${letter}`, name]));

export function sortWords(argv: readonly string[], problems: Problem[]): { words: string[]; given: Given } {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { value }]) => [
      name,
      { type: value === null ? "boolean" : "string" } as const,
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const words: string[] = [];
  const given = new Map<OptionName, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") words.push(token.value);
    if (token.kind !== "option") continue;
    const name = token.rawName.startsWith("--") ? token.name : (LONG.get(token.rawName) ?? token.rawName);
    if (!Object.hasOwn(OPTIONS, name)) {
      problems.push({ what: `unknown option ${token.rawName}`, fix: suggest(token.name, Object.keys(OPTIONS), "--") });
      continue;
    }
    const known = name as OptionName;
    const wantsValue = OPTIONS[known].value;
    // `--root --json`: parseArgs would take the next option for the value.
    if (
      wantsValue !== null &&
      (token.value === undefined || token.value === "" || (!token.inlineValue && token.value.startsWith("--")))
    ) {
      problems.push({ what: `--${known} has no value`, fix: `Write --${known}=${wantsValue}.` });
    } else if (wantsValue === null && token.value !== undefined) {
      problems.push({ what: `--${known} takes no value`, fix: `Write just --${known}.` });
    } else {
      given.set(known, [...(given.get(known) ?? []), token.value ?? ""]);
    }
  }
  return { words, given };
}

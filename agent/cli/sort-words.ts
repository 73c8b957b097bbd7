// argv → words and options with their values; an unknown option becomes a problem. Pure.

import { parseArgs } from "node:util";
import { nearestOf } from "../nearest.ts";
import type { Problem } from "../refusal.ts";
import { OPTIONS, SHORT_OPTIONS, type OptionName } from "./options.ts";

/** The values of each given option, in order; a switch has an empty one. */
export type Given = ReadonlyMap<OptionName, readonly string[]>;

const LONG = new Map(Object.entries(SHORT_OPTIONS).map(([name, letter]) => [`-${letter}`, name]));

export function sortWords(argv: readonly string[], problems: Problem[]): { words: string[]; given: Given } {
  const words: string[] = [];
  const given = new Map<OptionName, string[]>();
  const unknown: string[] = [];
  for (const token of tokensOf(argv)) {
    const { index } = token;
    if (token.kind === "positional" && !isValueOf(argv[index - 1], unknown.at(-1))) words.push(argv[index]!);
    if (token.kind !== "option") continue;
    const name = LONG.get(token.rawName) ?? token.name;
    const isShort = token.rawName.length === 2;
    if (!Object.hasOwn(OPTIONS, name) || (isShort && !LONG.has(token.rawName))) {
      unknown.push(hasOneDash(argv[index]!) ? argv[index]!.replace(/=.*$/s, "") : token.rawName);
      continue;
    }
    const known = name as OptionName;
    const wantsValue = OPTIONS[known].value;
    const value = token.value === undefined || token.inlineValue ? token.value : argv[index + 1];
    // `--root --json`: parseArgs would take the next option for the value.
    if (wantsValue !== null && (!value || (!token.inlineValue && value.startsWith("--")))) {
      problems.push({ what: `--${known} has no value`, fix: `Write --${known}=${wantsValue}.` });
    } else if (wantsValue === null && value !== undefined) {
      problems.push({ what: `--${known} takes no value`, fix: `Write just --${known}.` });
    } else {
      given.set(known, [...(given.get(known) ?? []), value ?? ""]);
    }
  }
  problems.unshift(...unknown.map((option) => refuseUnknown(option, words[0] ?? "")));
  return { words, given };
}

function tokensOf(argv: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(OPTIONS).map(([name, { value }]) => [
      name,
      { type: value === null ? "boolean" : "string" } as const,
    ]),
  );
  // parseArgs takes `-instance-type` for fourteen options of one letter, and the hyphen in it for the end of all options.
  const args = argv.map((word) => (hasOneDash(word) ? `--${word}` : word === "-help" ? "--help" : word));
  return parseArgs({ args, options, strict: false, allowPositionals: true, tokens: true }).tokens;
}

/** As Packer and Terraform write their options. */
function hasOneDash(word: string): boolean {
  return /^-[^-]./s.test(word) && word !== "-help";
}

/** Whether a word after `-instance-type` is what it was to be set to: it is no mistake of its own. */
function isValueOf(before: string | undefined, option: string | undefined): boolean {
  if (before === undefined || before !== option || !hasOneDash(option)) return false;
  const [meant] = meantBy(option);
  return meant !== undefined && OPTIONS[meant].value !== null;
}

function meantBy(option: string): OptionName[] {
  return nearestOf(option.replace(/^-+/, ""), Object.keys(OPTIONS)) as OptionName[];
}

function refuseUnknown(option: string, command: string): Problem {
  const shown = option.slice(0, 60);
  const meant = meantBy(shown).map((name) => `--${name}`);
  const list = `\`parbake ${command} --help\` lists its options.`;
  if (hasOneDash(shown))
    return {
      what: `${command} does not take '${shown}'`,
      fix: meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : list,
    };
  const quoted = meant.map((name) => `'${name}'`);
  return { what: `unknown option ${shown}`, fix: meant.length > 0 ? `Did you mean ${quoted.join(" or ")}?` : list };
}

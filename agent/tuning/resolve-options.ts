// Turns the options that an operator wrote into those that a profile reads: checked, in one type each, defaults filled in.

import type { OptionValue } from "../config/config.ts";
import { suggest } from "../nearest.ts";
import type { Position, Problem } from "../refusal.ts";
import type { OptionRule, Options, Profile } from "./setting.ts";
import { formatBytes, parseSize } from "./size.ts";

export type ResolveResult =
  | { readonly kind: "resolved"; readonly options: Options }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

type Given = Readonly<Record<string, OptionValue>>;

/** Text stands for any kind: the command line has nothing else. Null is a value that its rule does not take. */
export function resolveOptions(profile: Profile, given: Given, at?: Position): ResolveResult {
  const problems: Problem[] = [];
  const refuse = (what: string, fix: string): number => problems.push({ what, fix, ...(at ? { at } : {}) });
  const options = new Map(Object.entries(profile.options).map(([name, rule]) => [name, rule.default]));
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(profile.options, name) ? profile.options[name] : undefined;
    const resolved = rule ? RESOLVE[rule.kind](rule, value) : null;
    if (!rule)
      refuse(`${profile.name} has no option '${name.slice(0, 80)}'`, suggest(name.slice(0, 80), [...options.keys()]));
    else if (resolved === null)
      refuse(describeMisfit(profile, name, value), `Expected ${DESCRIBE[rule.kind](rule)}: ${rule.about}.`);
    else options.set(name, resolved);
  }
  return problems.length > 0
    ? { kind: "refused", problems }
    : { kind: "resolved", options: Object.fromEntries(options) };
}

const RESOLVE: Readonly<Record<OptionRule["kind"], (rule: OptionRule, value: OptionValue) => OptionValue | null>> = {
  integer: (rule, value) => withinRange(rule, /^\d{1,15}$/.test(String(value)) ? Number(value) : null),
  size: (rule, value) => withinRange(rule, typeof value === "boolean" ? null : parseSize(value)),
  boolean: (_, value) => (["true", "false"].includes(String(value)) ? String(value) === "true" : null),
  choice: ({ choices = [] }, value) => (choices.includes(String(value)) ? String(value) : null),
  text: (_, value) => String(value),
};

function withinRange({ min = 0, max = Number.MAX_SAFE_INTEGER }: OptionRule, value: number | null): number | null {
  return value !== null && value >= min && value <= max ? value : null;
}

function describeMisfit(profile: Profile, name: string, value: OptionValue): string {
  return `${profile.name}'s option ${name} can't be '${String(value).slice(0, 80)}'`;
}

const DESCRIBE: Readonly<Record<OptionRule["kind"], (rule: OptionRule) => string>> = {
  integer: (rule) => `a whole number${describeRange(rule, String)}`,
  size: (rule) => `a size with its unit such as 512MiB${describeRange(rule, formatBytes)}`,
  boolean: () => "true or false",
  choice: ({ choices = [] }) => `one of ${choices.join(", ")}`,
  text: () => "a text",
};

function describeRange({ min, max }: OptionRule, format: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `, ${format(min)} to ${format(max)}`;
  if (min !== undefined) return `, ${format(min)} or more`;
  return max !== undefined ? `, ${format(max)} or less` : "";
}

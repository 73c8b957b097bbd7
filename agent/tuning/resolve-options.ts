// Checks the options that an operator wrote, gives each the type of its rule and fills in defaults. Pure.

import type { OptionValue } from "../config/config.ts";
import { nearest, suggest } from "../nearest.ts";
import { parseInteger } from "../number.ts";
import { adviseSize, formatBytes, parseSize } from "../size.ts";
import type { OptionProblem, OptionRule, Options, Profile } from "./profile/profile.ts";

type ResolveResult =
  | { readonly kind: "resolved"; readonly options: Options }
  | { readonly kind: "refused"; readonly problems: readonly OptionProblem[] };

type Given = Readonly<Record<string, OptionValue>>;

/** A text can stand for any kind, since the command line has nothing else. */
export function resolveOptions(profile: Profile, given: Given): ResolveResult {
  const problems: OptionProblem[] = [];
  const options = new Map(Object.entries(profile.options).map(([name, rule]) => [name, rule.default]));
  for (const [name, value] of Object.entries(given)) {
    const rule = ruleOf(profile, name);
    const resolved = rule ? RESOLVE[rule.kind](rule, value) : null;
    if (!rule) problems.push(describeUnknown(profile, name));
    else if (resolved === null) problems.push(describeMisfit(profile, name, rule, value));
    else options.set(name, resolved);
  }
  const resolved = Object.fromEntries(options);
  if (problems.length === 0) problems.push(...(profile.checkOptions?.(resolved) ?? []));
  if (problems.length === 0) return { kind: "resolved", options: resolved };
  return { kind: "refused", problems };
}

/** A name that a template can say and that no JavaScript object has by itself: it becomes a setting's name. */
export const OWN_NAME = /^[a-zA-Z]\w{0,62}$/;

function ruleOf({ options, anyOption }: Profile, name: string): OptionRule | undefined {
  if (Object.hasOwn(options, name)) return options[name];
  return OWN_NAME.test(name) && !(name in Object.prototype) ? anyOption : undefined;
}

function describeUnknown({ name, options, anyOption }: Profile, option: string): OptionProblem {
  const shown = option.slice(0, 80);
  if (anyOption)
    return {
      what: `'${shown}' can't be the name of a setting of ${name}`,
      fix: "Use a letter, then letters, digits or _; 63 at most.",
      option,
    };
  return { what: `${name} has no option '${shown}'`, fix: suggest(shown, Object.keys(options)), option };
}

const RESOLVE: Readonly<Record<OptionRule["kind"], (rule: OptionRule, value: OptionValue) => OptionValue | null>> = {
  integer: (rule, value) => withinRange(rule, parseInteger(String(value))),
  size: (rule, value) => withinRange(rule, parseSize(String(value))),
  boolean: (_, value) => (BOOLEAN.test(String(value)) ? /^t/i.test(String(value)) : null),
  choice: ({ choices = [] }, value) => (choices.includes(String(value)) ? String(value) : null),
  text: (_, value) => String(value),
};

/** As YAML spells them. */
export const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;

function withinRange({ min = 0, max = Number.MAX_SAFE_INTEGER }: OptionRule, value: number | null): number | null {
  return value !== null && value >= min && value <= max ? value : null;
}

function describeMisfit({ name }: Profile, option: string, rule: OptionRule, value: OptionValue): OptionProblem {
  return {
    what: `${name}'s option ${option} can't be '${String(value).slice(0, 80)}'`,
    fix: `Expected ${DESCRIBE[rule.kind](rule)}: ${rule.about}.${advise(rule, String(value))}`,
    option,
  };
}

function advise({ kind, choices = [] }: OptionRule, value: string): string {
  if (kind === "size" && parseSize(value) === null) return ` ${adviseSize(value)}`;
  const close = kind === "choice" ? nearest(value, choices) : null;
  return close === null ? "" : ` Did you mean '${close}'?`;
}

const DESCRIBE: Readonly<Record<OptionRule["kind"], (rule: OptionRule) => string>> = {
  integer: (rule) => `a whole number${describeRange(rule, String)}`,
  size: (rule) => `a size${describeRange(rule, formatBytes)}`,
  boolean: () => "true or false",
  choice: ({ choices = [] }) => `one of ${choices.join(", ")}`,
  text: () => "a text",
};

function describeRange({ min, max }: OptionRule, format: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return `, ${format(min)} to ${format(max)}`;
  if (min !== undefined) return `, ${format(min)} or more`;
  return max !== undefined ? `, ${format(max)} or less` : "";
}

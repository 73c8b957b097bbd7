// What a shell can offer for the word that comes next: commands, options and values, for all three shells. Pure.

import { listCarried, readCarried } from "../../carried.ts";
import { readCatalogue } from "../../facts/catalogue/catalogue.ts";
import { PROFILES } from "../../tuning/profiles.ts";
import { COMMANDS, EXIT_STATUS_TOPIC, optionOf, type CommandName, type CommandRule } from "../commands.ts";
import { parseErrorPages } from "../error-pages.ts";
import { GLOBAL_OPTIONS, type OptionName, type OptionRule, OPTIONS } from "../options.ts";

export type Values =
  /** A switch. */
  | { readonly kind: "none" }
  /** Something that only the caller knows. */
  | { readonly kind: "any" }
  | { readonly kind: "file" }
  | { readonly kind: "folder" }
  | { readonly kind: "unit" }
  /** One of the machine's own config. */
  | { readonly kind: "app" }
  /** Instance types, with commas between them: listTypes(). */
  | { readonly kind: "types" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** What prints the units that the machine has, for a shell. */
export const LIST_UNITS =
  "systemctl list-unit-files --no-legend --plain --type=service,socket,timer 2>/dev/null | cut -d' ' -f1";

/** What prints the apps of the machine's config, for a shell. */
export const LIST_APPS = String.raw`parbake config show 2>/dev/null | sed -n '/^apps:/,/^[^ ]/s/^  \([A-Za-z][A-Za-z0-9_-]*\):.*/\1/p'`;

export function listTypes(): string {
  return [...readCatalogue().rows.keys()].join(" ");
}

export interface Option {
  readonly name: OptionName;
  readonly about: string;
  readonly values: Values;
}

export interface CommandWords {
  readonly name: CommandName;
  readonly about: string;
  readonly operand: Values;
  /** Whether it may be given more than once. */
  readonly isRepeated: boolean;
  /** Without those of every command. */
  readonly options: readonly Option[];
}

export function listCommands(): CommandWords[] {
  return Object.entries<CommandRule>(COMMANDS).map(([name, rule]) => ({
    name: name as CommandName,
    about: rule.about,
    operand: valuesOfOperand(rule.operand),
    isRepeated: rule.operand?.includes("…") ?? false,
    options: rule.options.map((option) => describeOption(option, optionOf(rule, option))),
  }));
}

/** What every command takes, in front of its name too. */
export function listGlobalOptions(): Option[] {
  return GLOBAL_OPTIONS.map((name) => describeOption(name, OPTIONS[name]));
}

function describeOption(name: OptionName, { about }: OptionRule): Option {
  return { name, about, values: valuesOf(name) };
}

function valuesOf(name: OptionName): Values {
  if (name === "instance-type") return { kind: "types" };
  if (name === "unit") return { kind: "unit" };
  const { value, choices }: OptionRule = OPTIONS[name];
  if (choices !== undefined) return { kind: "words", words: choices };
  return value === null ? { kind: "none" } : valuesOfPlaceholder(value);
}

/** What may stand in an operand's place; those that are not here are any word, or one that help says. */
const OPERANDS: Readonly<Record<string, () => readonly string[]>> = {
  PROFILE: () => [...PROFILES.keys()],
  COMMAND: () => [...Object.keys(COMMANDS), EXIT_STATUS_TOPIC, ...PROFILES.keys()],
  NAME: () => listCarried("templates").flatMap((path) => /^templates\/(.*\.hbs)$/.exec(path)?.[1] ?? []),
  CODE: () => listCodes(),
};

function valuesOfOperand(operand: string | null): Values {
  if (operand === null) return { kind: "none" };
  if (operand === operand.toLowerCase()) return { kind: "words", words: operand.split("|") };
  const placeholder = /[A-Z]+/.exec(operand)?.[0] ?? "";
  const words = OPERANDS[placeholder];
  return words === undefined ? valuesOfPlaceholder(placeholder) : { kind: "words", words: words() };
}

/** Those that are one word. */
function listCodes(): readonly string[] {
  const codes = parseErrorPages(readCarried("TROUBLESHOOTING.md")).flatMap((page) => page.codes);
  return [...new Set(codes)].filter((code) => /^[\w-]+$/.test(code));
}

function valuesOfPlaceholder(placeholder: string): Values {
  switch (placeholder) {
    case "FILE":
      return { kind: "file" };
    case "DIR":
      return { kind: "folder" };
    case "UNIT":
      return { kind: "unit" };
    case "APP":
      return { kind: "app" };
    default:
      return { kind: "any" };
  }
}

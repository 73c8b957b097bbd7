// What a shell can offer for the word that comes next: commands, options and values, for all three shells. Pure.

import { COMMANDS, type CommandName } from "../../agent/cli/commands.ts";
import { GLOBAL_OPTIONS, type OptionName, OPTIONS } from "../../agent/cli/options.ts";
import { readCatalogue } from "../../agent/facts/catalogue/catalogue.ts";
import { PROFILES } from "../../agent/tuning/profiles.ts";

export type Values =
  /** A switch. */
  | { readonly kind: "none" }
  /** Something that only the caller knows. */
  | { readonly kind: "any" }
  | { readonly kind: "file" }
  | { readonly kind: "folder" }
  | { readonly kind: "unit" }
  /** Instance types, with commas between them: listTypes(). */
  | { readonly kind: "types" }
  | { readonly kind: "words"; readonly words: readonly string[] };

/** The options that take one of a few words. */
export const FIXED = {
  only: ["files", "secrets", "tuning"],
  "log-level": ["error", "warn", "info", "debug"],
  "log-format": ["text", "json", "journal"],
} as const satisfies Partial<Record<OptionName, readonly string[]>>;

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
  /** Without those of every command. */
  readonly options: readonly Option[];
}

export function listCommands(): CommandWords[] {
  return Object.entries(COMMANDS).map(([name, { about, operand, options }]) => ({
    name: name as CommandName,
    about,
    operand: valuesOfOperand(operand),
    options: options.map(describeOption),
  }));
}

/** What every command takes, in front of its name too. */
export function listGlobalOptions(): Option[] {
  return GLOBAL_OPTIONS.map(describeOption);
}

function describeOption(name: OptionName): Option {
  return { name, about: OPTIONS[name].about, values: valuesOf(name) };
}

function valuesOf(name: OptionName): Values {
  if (name in FIXED) return { kind: "words", words: FIXED[name as keyof typeof FIXED] };
  if (name === "instance-type") return { kind: "types" };
  const placeholder: string | null = OPTIONS[name].value;
  if (placeholder === null) return { kind: "none" };
  return valuesOfPlaceholder(placeholder);
}

function valuesOfOperand(operand: string | null): Values {
  if (operand === null) return { kind: "none" };
  if (operand === operand.toLowerCase()) return { kind: "words", words: [operand] };
  if (operand === "[PROFILE]") return { kind: "words", words: [...PROFILES.keys()] };
  if (operand.startsWith("[COMMAND")) return { kind: "words", words: Object.keys(COMMANDS) };
  return valuesOfPlaceholder(operand.replace(/^\[(.*)\]$/, "$1"));
}

function valuesOfPlaceholder(placeholder: string): Values {
  if (placeholder === "FILE") return { kind: "file" };
  if (placeholder === "DIR") return { kind: "folder" };
  return { kind: placeholder === "UNIT" ? "unit" : "any" };
}

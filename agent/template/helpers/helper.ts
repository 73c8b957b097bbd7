// What every helper of the templates answers: its arguments and their kinds, what it gives, and what it does. Pure.

import type { Value } from "../../formats/encoders/format-rules.ts";
import { Written } from "../../written.ts";
import { JsonText, TypedScalar, RawText } from "../context/helper-values.ts";
import { SecretHole, TunedValue } from "../context/template-context.ts";

/** Wrong use of a template, found while it runs. The message never shows a value. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

/** `size`: a number of bytes, or text such as `512MiB`. `scalar`: text, a number, true or false. `name`: text that stands in the template. */
export type Kind = "number" | "size" | "text" | "truth" | "scalar" | "list" | "any" | "name";

export interface Helper {
  /** In order; the last one is repeated where `most` allows more. */
  readonly takes: readonly Kind[];
  readonly least: number;
  readonly most: number;
  readonly gives: Kind | "structure" | "raw" | "typed";
  /** Which arguments may be null or not there at all. Default: none. */
  readonly optional?: "first" | "all";
  /** `run` gets what templates see as `secrets` ahead of the arguments. */
  readonly readsSecrets?: true;
  /** An argument may be a secret's value, which is then printed as any other. */
  readonly takesSecrets?: true;
  /** One line for the docs. */
  readonly about: string;
  /** A call with constants alone, and what a text file gets from it. */
  readonly example: readonly [call: string, printed: string];
  run(...values: unknown[]): unknown;
}

interface Shape extends Pick<Helper, "takes" | "gives" | "about" | "example"> {
  readonly least?: number;
  readonly most?: number;
  readonly optional?: "first" | "all";
}

/** As many arguments as `takes` has, if nothing else is said. */
export function helper(shape: Shape, run: Helper["run"]): Helper {
  const { takes, least = takes.length, most = takes.length } = shape;
  return { ...shape, least, most, run };
}

const DESCRIBED: Readonly<Record<Kind, string>> = {
  number: "a number",
  size: 'a size (bytes, or text like "512MiB")',
  text: "text",
  truth: "true or false",
  scalar: "text, a number, true or false",
  list: "a list",
  any: "anything",
  name: "a name in quotes",
};

export function describeKind(kind: Kind): string {
  return DESCRIBED[kind];
}

export const FIX_FOR: Readonly<Record<Kind, string>> = {
  number: "Give it a number without quotes, or a variable that is one.",
  size: 'Give it a number of bytes, or text with its unit: "512MiB".',
  text: "Give it text in quotes, or a variable that is text.",
  truth: "Give it a comparison: (eq …).",
  scalar: "Give it a single value.",
  list: "Give it a list.",
  any: "Give it a value.",
  name: "Write it in quotes.",
};

/** A setting, or what was written, as what it is calculated with. */
export function valueOf(value: unknown): unknown {
  if (value instanceof SecretHole) throw secretInHelper();
  if (value instanceof RawText)
    throw new TemplateError("the result of raw can only be printed", "Put raw outermost: {{raw (…)}}.");
  if (value instanceof TypedScalar)
    throw new TemplateError("the result of number and bool can only be printed", "Put them outermost: {{number (…)}}.");
  if (value instanceof TunedValue) return value.setting.value;
  return value instanceof Written ? value.value : value;
}

function secretInHelper(): TemplateError {
  return new TemplateError(
    "a secret's value cannot be calculated with: only apply has it",
    "Print it on its own: {{secrets.<name>.<key>.value}}.",
  );
}

export function numberOf(name: string, value: unknown): number {
  const plain = valueOf(value);
  if (typeof plain !== "number") throw wrongKind(name, "number", value);
  if (value instanceof Written && !value.isExact) throw inexact(name);
  return plain;
}

export function inexact(name: string): TemplateError {
  return new TemplateError(
    `${name} got a number that has more digits than can be calculated with`,
    "Print it as it is: {{…}} with its name alone.",
  );
}

/** A setting counts as the text that it is printed as. */
export function textOf(name: string, value: unknown): string {
  const plain = value instanceof TunedValue ? value.printed : plainOf(value);
  if (typeof plain === "string") return plain;
  throw wrongKind(name, "text", value);
}

/** What was written stays so. */
export function scalarOf(name: string, value: unknown): Value {
  if (value instanceof Written) return value;
  const plain = value instanceof TunedValue ? value.printed : plainOf(value);
  if (typeof plain === "string" || typeof plain === "number" || typeof plain === "boolean") return plain;
  throw wrongKind(name, "scalar", value);
}

function plainOf(value: unknown): unknown {
  return value instanceof JsonText ? value.text : valueOf(value);
}

export function wrongKind(name: string, wanted: Kind, found: unknown): TemplateError {
  return new TemplateError(`${name} wants ${describeKind(wanted)} and got ${kindOf(found)}`, FIX_FOR[wanted]);
}

/** As Handlebars has it: false, 0, "", null, nothing and empty lists are false. */
export function isTrue(value: unknown): boolean {
  const plain = valueOf(value);
  return Array.isArray(plain) ? plain.length > 0 : Boolean(plain);
}

/** `text`, `a number`, `a list`: what a value is, never what it says. */
export function kindOf(value: unknown): string {
  if (value instanceof SecretHole) return "a secret's value";
  if (value instanceof JsonText) return "text";
  const plain = valueOf(value);
  if (plain === undefined || plain === null) return "nothing";
  if (Array.isArray(plain)) return "a list";
  if (typeof plain === "string") return "text";
  return typeof plain === "number" ? "a number" : typeof plain === "boolean" ? "true or false" : "a map";
}

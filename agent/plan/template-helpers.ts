// The helpers that templates may call. None does I/O, none knows the time, none takes a secret's value.

import { SecretHole, TunedValue } from "./template-context.ts";

/** Wrong use of a template, found while it runs. The message never shows a value. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(what);
    this.fix = fix;
  }
}

/** JSON that goes into JSON and YAML as it is, and into other formats as text. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface Helper {
  readonly least: number;
  readonly most: number;
  /** Which arguments may be null or not there at all. Default: none. */
  readonly optional?: "first" | "all";
  run(...values: unknown[]): unknown;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

export const HELPERS: Readonly<Record<string, Helper>> = {
  eq: { least: 2, most: 2, run: (a, b) => same("eq", a, b) },
  ne: { least: 2, most: 2, run: (a, b) => !same("ne", a, b) },
  lt: { least: 2, most: 2, run: (a, b) => numberOf("lt", a) < numberOf("lt", b) },
  gt: { least: 2, most: 2, run: (a, b) => numberOf("gt", a) > numberOf("gt", b) },
  and: { least: 2, most: Infinity, optional: "all", run: (...all) => all.every(isTrue) },
  or: { least: 2, most: Infinity, optional: "all", run: (...all) => all.some(isTrue) },
  not: { least: 1, most: 1, optional: "all", run: (value) => !isTrue(value) },
  add: arithmetic("add", (a, b) => a + b),
  sub: { least: 2, most: 2, run: (a, b) => numberOf("sub", a) - numberOf("sub", b) },
  mul: arithmetic("mul", (a, b) => a * b),
  div: { least: 2, most: 2, run: (a, b) => Math.floor(numberOf("div", a) / divisorOf(b)) },
  min: arithmetic("min", (a, b) => Math.min(a, b)),
  max: arithmetic("max", (a, b) => Math.max(a, b)),
  default: { least: 2, most: 2, optional: "first", run: (value, otherwise) => value ?? otherwise },
  required: { least: 2, most: 2, optional: "first", run: required },
  join: { least: 2, most: 2, run: join },
  json: { least: 1, most: 1, run: (value) => new JsonText(JSON.stringify(toJson(value))) },
  lower: { least: 1, most: 1, run: (text) => textOf("lower", text).toLowerCase() },
  upper: { least: 1, most: 1, run: (text) => textOf("upper", text).toUpperCase() },
  bytes: { least: 1, most: 1, run: (size) => numberOf("bytes", size) },
  KiB: { least: 1, most: 1, run: (size) => Math.floor(numberOf("KiB", size) / KIB) },
  MiB: { least: 1, most: 1, run: (size) => Math.floor(numberOf("MiB", size) / MIB) },
  GiB: { least: 1, most: 1, run: (size) => Math.floor(numberOf("GiB", size) / GIB) },
};

function arithmetic(name: string, combine: (a: number, b: number) => number): Helper {
  return { least: 2, most: Infinity, run: (...all) => all.map((value) => numberOf(name, value)).reduce(combine) };
}

/** As Handlebars has it: false, 0, "", null, nothing and empty lists are false. */
export function isTrue(value: unknown): boolean {
  const plain = valueOf(value);
  return Array.isArray(plain) ? plain.length > 0 : Boolean(plain);
}

function valueOf(value: unknown): unknown {
  if (value instanceof SecretHole) throw secretInHelper();
  return value instanceof TunedValue ? value.setting.value : value;
}

function secretInHelper(): TemplateError {
  return new TemplateError(
    "a secret's value cannot be calculated with: only apply has it",
    "Print it on its own: {{secrets.<name>.<key>.value}}.",
  );
}

function numberOf(helper: string, value: unknown): number {
  const plain = valueOf(value);
  if (typeof plain === "number") return plain;
  throw new TemplateError(
    `${helper} wants numbers and got ${kindOf(value)}`,
    "Give it a number without quotes, or a variable that is one.",
  );
}

function divisorOf(value: unknown): number {
  const divisor = numberOf("div", value);
  if (divisor !== 0) return divisor;
  throw new TemplateError("div divides by zero", "Guard it: (max 1 …).");
}

function textOf(helper: string, value: unknown): string {
  const plain = value instanceof TunedValue ? value.printed : valueOf(value);
  if (typeof plain === "string") return plain;
  throw new TemplateError(
    `${helper} wants text and got ${kindOf(value)}`,
    "Give it text in quotes, or a variable that is text.",
  );
}

/** A setting equals both its value and its text. Number and text are never equal, so comparing them is a mistake. */
function same(helper: string, a: unknown, b: unknown): boolean {
  const left = formsOf(a);
  const right = formsOf(b);
  const comparable = left.some((one) => right.some((other) => typeof one === typeof other && typeof one !== "object"));
  if (comparable) return left.some((one) => right.includes(one));
  throw new TemplateError(
    `${helper} compares ${kindOf(a)} with ${kindOf(b)}, which are never equal`,
    "Numbers are written without quotes, text with them.",
  );
}

function formsOf(value: unknown): unknown[] {
  return value instanceof TunedValue ? [value.setting.value, value.setting.text] : [valueOf(value)];
}

function required(value: unknown, message: unknown): unknown {
  if (value !== undefined && value !== null && value !== "") return value;
  throw new TemplateError(textOf("required", message), "Set it: the template cannot do without.");
}

function join(list: unknown, separator: unknown): string {
  if (!Array.isArray(list)) throw new TemplateError(`join wants a list and got ${kindOf(list)}`, "Give it a list.");
  return list.map((item) => joined(item)).join(textOf("join", separator));
}

function joined(item: unknown): string {
  const plain = item instanceof TunedValue ? item.printed : valueOf(item);
  if (typeof plain === "string") return plain;
  if (typeof plain === "number" || typeof plain === "boolean") return String(plain);
  throw new TemplateError(`join found ${kindOf(item)} in the list`, "Join lists of text and numbers only.");
}

function toJson(value: unknown): unknown {
  if (value instanceof TunedValue) return value.printed;
  const plain = valueOf(value);
  if (Array.isArray(plain)) return plain.map(toJson);
  if (typeof plain !== "object" || plain === null) return plain;
  return Object.fromEntries(Object.entries(plain).map(([key, member]) => [key, toJson(member)]));
}

/** `text`, `a number`, `a list`: what a value is, never what it says. */
export function kindOf(value: unknown): string {
  if (value instanceof SecretHole) return "a secret's value";
  const plain = valueOf(value);
  if (plain === undefined || plain === null) return "nothing";
  if (Array.isArray(plain)) return "a list";
  if (typeof plain === "string") return "text";
  return typeof plain === "number" ? "a number" : typeof plain === "boolean" ? "true or false" : "a map";
}

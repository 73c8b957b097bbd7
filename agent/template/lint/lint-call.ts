// Whether a helper is called as it can be: how many arguments, of what kind, and what only a person would not see. Renders nothing.

import type { TemplateFormat } from "../../formats/format.ts";
import { Written } from "../../written.ts";
import { lookUp, type Scope } from "../context/scope.ts";
import { SecretHole, TunedValue, UNKNOWN } from "../context/template-context.ts";
import { describeKind, FIX_FOR, TemplateError, type Helper, type Kind } from "../helpers/helper.ts";
import { helperNamed } from "../helpers/helpers.ts";
import { findSecretPath } from "../helpers/secret-path.ts";
import type { Call, Expression, Literal, Mustache } from "../tree/template-ast.ts";
import { isSecretKey } from "./lint-path.ts";

interface Objection {
  readonly node: Expression | Mustache;
  readonly what: string;
  readonly fix: string;
}

interface CallSite {
  readonly scope: Scope;
  readonly format: TemplateFormat;
  /** What templates see as `secrets`. */
  readonly secrets: unknown;
  /** A number as the template has it: Handlebars keeps its value alone. */
  readonly spell: (literal: Literal) => string;
}

export function checkCall(node: Mustache | Call, name: string, helper: Helper, site: CallSite): Objection[] {
  const { params } = node;
  const count = params.length;
  if (count < helper.least || count > helper.most) return [wrongCount(node, name, helper)];
  return [
    ...params.flatMap((param, index) => checkKind(param, index, name, helper, site.scope)),
    ...params.flatMap((param, index) => checkNumber(param, kindAt(helper, index), helper, site)),
    ...checkRounding(node, name),
    ...checkOutermost(node, name, helper),
    ...checkQuoting(node, name, helper, site.format),
    ...(name === "secretPath" ? checkSecretPath(node, site.secrets) : []),
  ];
}

function wrongCount(node: Mustache | Call, name: string, { least, most }: Helper): Objection {
  const wanted = least === most ? `${least}` : `${least} or ${most === Infinity ? "more" : most}`;
  const what = `the helper ${name} takes ${wanted} argument${most === 1 ? "" : "s"} and has ${node.params.length}`;
  return { node, what, fix: `If ${name} is a variable, write this.${name}.` };
}

/** What is certainly wrong; what depends on the values of a loop is found when it runs. */
function checkKind(param: Expression, index: number, name: string, helper: Helper, scope: Scope): Objection[] {
  const wanted = kindAt(helper, index);
  if (wanted === "name") return param.type === "StringLiteral" ? [] : [notInQuotes(param, index, name)];
  const found = kindsOf(param, scope);
  const [first] = found;
  if (first === undefined || found.some((kind) => accepts(wanted, kind))) return [];
  return [mismatch(param, index, name, wanted, first)];
}

function kindAt({ takes }: Helper, index: number): Kind {
  return takes[Math.min(index, takes.length - 1)] ?? "any";
}

/** 0644 would be printed as 644, and 8.0 as 8. Where numbers are compared and calculated with, 8.0 may stand. */
function checkNumber(node: Expression, wanted: Kind, { gives }: Helper, { spell }: CallSite): Objection[] {
  if (node.type !== "NumberLiteral") return [];
  const spelling = spell(node);
  const isPrinted = gives !== "truth" && (wanted === "any" || wanted === "scalar");
  const isKept = isPrinted ? String(node.value) === spelling : new Written(spelling, Number(node.value)).isExact;
  if (isKept && !/^-?0\d/.test(spelling)) return [];
  const becomes =
    String(node.value) === spelling ? "is more than can be calculated with" : `would become ${node.value}`;
  return [{ node, what: `the number ${spelling} ${becomes}`, fix: `Put it in quotes: "${spelling}".` }];
}

function notInQuotes(node: Expression, index: number, name: string): Objection {
  return { node, what: `argument ${index + 1} of ${name} must stand in the template itself`, fix: FIX_FOR.name };
}

function mismatch(node: Expression, index: number, name: string, wanted: Kind, found: string): Objection {
  const what = `argument ${index + 1} of ${name} is ${found}, and it takes ${describeKind(wanted)}`;
  return { node, what, fix: FIX_FOR[wanted] };
}

const NUMBER = "a number";
const TEXT = "text";
const TRUTH = "true or false";
const LIST = "a list";
const MAP = "a map";

function accepts(wanted: Kind, found: string): boolean {
  switch (wanted) {
    case "any":
    case "name":
      return true;
    case "number":
    case "text":
    case "truth":
    case "list":
      return describeKind(wanted) === found;
    case "size":
      return found === NUMBER || found === TEXT;
    case "scalar":
      return found === NUMBER || found === TEXT || found === TRUTH;
  }
}

function kindOfLiteral(type: Exclude<Expression["type"], "PathExpression" | "SubExpression">): string[] {
  switch (type) {
    case "StringLiteral":
      return [TEXT];
    case "NumberLiteral":
      return [NUMBER];
    case "BooleanLiteral":
      return [TRUTH];
    case "NullLiteral":
    case "UndefinedLiteral":
      return [];
  }
}

/** None: nothing is known for certain. */
function kindsOf(node: Expression, scope: Scope): string[] {
  if (node.type === "SubExpression") return kindsGivenBy(node);
  if (node.type !== "PathExpression") return kindOfLiteral(node.type);
  const found = lookUp(scope, node);
  if (found.kind !== "found" || !found.inEveryItem) return [];
  const kinds = found.view.values.map(kindsOfValue);
  return kinds.includes(null) ? [] : kinds.flatMap((kind) => kind ?? []);
}

function kindsGivenBy({ path }: Call): string[] {
  const name = path.type === "PathExpression" ? path.original : "";
  const gives = helperNamed(name)?.gives ?? "any";
  if (gives === "structure") return [TEXT];
  return gives === "any" || gives === "raw" || gives === "typed" || gives === "scalar" ? [] : [describeKind(gives)];
}

/** A setting can be taken as its value and as its text. Null: not known, or told elsewhere. */
function kindsOfValue(value: unknown): string[] | null {
  if (value === UNKNOWN || value === null || value === undefined) return null;
  if (value instanceof SecretHole || isSecretKey(value)) return null;
  if (value instanceof TunedValue) return [kindOfPlain(value.setting.value), kindOfPlain(value.printed)];
  return [kindOfPlain(value instanceof Written ? value.value : value)];
}

function kindOfPlain(value: unknown): string {
  if (typeof value === "number") return NUMBER;
  if (typeof value === "string") return TEXT;
  if (typeof value === "boolean") return TRUTH;
  return Array.isArray(value) ? LIST : MAP;
}

/** `(ceil (div 7 2))` is 3, which nobody wants who writes it. */
function checkRounding(node: Mustache | Call, name: string): Objection[] {
  const [first] = node.params;
  if (!["ceil", "round"].includes(name) || first?.type !== "SubExpression" || first.path.original !== "div") return [];
  return [{ node: first, what: `div has rounded down before ${name} sees it`, fix: `Write (${name} (ratio …)).` }];
}

/** What is no value any more, but a way to print one. */
function checkOutermost(node: Mustache | Call, name: string, { gives }: Helper): Objection[] {
  if ((gives !== "raw" && gives !== "typed") || node.type === "MustacheStatement") return [];
  return [{ node, what: `the result of ${name} can only be printed`, fix: `Put ${name} outermost: {{${name} (…)}}.` }];
}

function checkQuoting(node: Mustache | Call, name: string, { gives }: Helper, format: TemplateFormat): Objection[] {
  if (name !== format || gives === "structure") return [];
  const what = `the file is ${format} already, and ${name} would quote the value twice`;
  return [{ node, what, fix: "Write {{…}} with the value alone." }];
}

/** A name that no secret has, told before anything runs. */
function checkSecretPath(node: Mustache | Call, secrets: unknown): Objection[] {
  const [name, key] = namesIn(node);
  if (name === null || name === undefined || key === null || key === undefined) return [];
  try {
    findSecretPath(secrets, name, key);
    return [];
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [{ node, what: error.message, fix: error.fix }];
  }
}

/** What `secretPath` reads, as a path of the template would. */
export function secretPathRead(node: Mustache | Call): string {
  return `secrets.${namesIn(node).join(".")}.path`;
}

function namesIn({ params }: Mustache | Call): (string | null)[] {
  return params.map((param) => (param.type === "StringLiteral" ? String(param.value) : null));
}

// Runs a linted template by walking its tree: no code is made of it. What it prints are numbered holes, never values.

import type { Position, Problem } from "../refusal.ts";
import { Written } from "../written.ts";
import { RawText } from "./context/helper-values.ts";
import type { TemplateContext } from "./context/template-context.ts";
import { isContainer } from "./context/view.ts";
import { enterEach, enterWith, type Frame, lookUp, rootFrame } from "./frame.ts";
import { helperNamed, isHelperPath, isTrue, kindOf, TemplateError } from "./helpers/helpers.ts";
import { checkLength, RunLimits } from "./run-limits.ts";
import type {
  Block,
  Call,
  Expression,
  Inclusion,
  Location,
  Mustache,
  Program,
  Statement,
} from "./tree/template-ast.ts";

/** One thing to be printed: text, number, TunedValue, JsonText, SecretHole or TypedScalar. */
export interface Print {
  readonly value: unknown;
  readonly site: Site;
}

/** Where it is printed: in the template, or in a partial of it. */
type Site = Required<Position>;

export interface Run {
  readonly kind: "ran";
  /** Static text, with `U+E000 number U+E001` for each print. */
  readonly output: string;
  readonly prints: readonly Print[];
}

/** @param program a linted one, with its partials: what the linter refuses is not looked for again */
export function runTemplate(
  program: Program,
  context: TemplateContext,
  file: string,
): Run | { readonly kind: "failed"; readonly problem: Problem } {
  const walk = new Walk(context, file);
  try {
    return { kind: "ran", output: walk.program(program, walk.root), prints: walk.prints };
  } catch (error) {
    if (!(error instanceof LocatedError)) throw error;
    const { message, fix } = error.cause;
    return { kind: "failed", problem: { what: message, fix, at: error.site } };
  }
}

/** Keeps the innermost place: the helper that failed, not the ones around it. */
class LocatedError extends Error {
  override readonly cause: TemplateError;
  readonly site: Site;

  constructor(cause: TemplateError, site: Site) {
    super("a helper failed");
    this.cause = cause;
    this.site = site;
  }
}

class Walk {
  readonly prints: Print[] = [];
  readonly root: Frame;
  readonly #context: TemplateContext;
  readonly #file: string;
  readonly #limits = new RunLimits();

  constructor(context: TemplateContext, file: string) {
    this.#context = context;
    this.#file = file;
    this.root = rootFrame(context);
  }

  program(program: Program | undefined, frame: Frame): string {
    const { body } = program ?? { body: [] };
    this.#limits.countStatements(body.length);
    let output = "";
    for (const statement of body) output += this.#statement(statement, frame);
    return output;
  }

  #statement(node: Statement, frame: Frame): string {
    switch (node.type) {
      case "ContentStatement":
        return node.value;
      case "MustacheStatement":
        return this.#at(node.loc, (site) => this.#print(this.#printed(node, frame), site));
      case "BlockStatement":
        return this.#block(node, frame);
      case "PartialStatement":
        return this.#include(node, frame);
      case "CommentStatement":
      case "PartialBlockStatement":
      case "Decorator":
      case "DecoratorBlock":
        return "";
    }
  }

  #printed({ path, params, loc }: Mustache, frame: Frame): unknown {
    const isCall = path.type === "PathExpression" && (params.length > 0 || isHelperPath(path, frame.blockParams));
    return this.#value(isCall ? { type: "SubExpression", path, params, loc } : path, frame);
  }

  #block(node: Block, frame: Frame): string {
    const [condition] = node.params;
    const value = condition && this.#value(condition, frame);
    return this.#at(node.loc, () => {
      switch (node.path.original) {
        case "if":
          return this.program(isTrue(value) ? node.program : node.inverse, frame);
        case "unless":
          return this.program(isTrue(value) ? node.inverse : node.program, frame);
        case "with":
          return isThere(value) ? this.#with(node, value, frame) : this.program(node.inverse, frame);
        default:
          return this.#each(node, value, frame);
      }
    });
  }

  #with({ program }: Block, value: unknown, frame: Frame): string {
    return this.program(program, enterWith(frame, value, program?.blockParams));
  }

  #each({ program, inverse }: Block, value: unknown, frame: Frame): string {
    if (!isContainer(value)) throw new TemplateError(`#each got ${kindOf(value)}`, "Give it a list or a map.");
    const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    this.#limits.countTurns(keys.length);
    if (keys.length === 0) return this.program(inverse, frame);
    let output = "";
    for (const [index, key] of keys.entries()) {
      const item: unknown = value[key];
      const turn = { key, index, first: index === 0, last: index === keys.length - 1 };
      output += this.program(program, enterEach(frame, item, turn, program?.blockParams));
      checkLength(output);
    }
    return output;
  }

  /** It changes no context and no block parameter; each of its lines begins with the blanks before its tag. */
  #include({ program, indent, loc }: Inclusion, frame: Frame): string {
    const text = this.program(program, frame);
    return this.#at(loc, () => checkLength(text.replace(/^(?=[^\r\n])/gm, indent)));
  }

  #value(node: Expression, frame: Frame): unknown {
    switch (node.type) {
      case "PathExpression":
        return this.#at(node.loc, () => lookUp(node, frame));
      case "SubExpression":
        return this.#call(node, frame);
      case "StringLiteral":
      case "NumberLiteral":
      case "BooleanLiteral":
      case "NullLiteral":
      case "UndefinedLiteral":
        return node.value;
    }
  }

  #call({ path, params, loc }: Call, frame: Frame): unknown {
    const helperName = String(path.original);
    const helper = helperNamed(helperName);
    if (!helper) throw new Error(`the linter refuses a helper that is not there: ${helperName}`);
    const values = params.map((param) => this.#value(param, frame));
    return this.#at(loc, () => {
      checkPresent(helperName, helper.optional, values);
      return helper.readsSecrets ? helper.run(this.#context.secrets, ...values) : helper.run(...values);
    });
  }

  #print(value: unknown, site: Site): string {
    if (value === undefined || value === null)
      throw new TemplateError(
        "there is nothing to print here: the value is missing or null",
        "Write {{default … …}} if it may be missing.",
      );
    if (value instanceof RawText) return value.text;
    if (isContainer(value))
      throw new TemplateError(`${kindOf(value)} has no text of its own`, "Use {{#each …}}, {{join …}} or {{json …}}.");
    this.#limits.countPrint(value);
    return `\uE000${this.prints.push({ value, site }) - 1}\uE001`;
  }

  /** Says where an error came from. */
  #at<T>({ source, start }: Location, body: (site: Site) => T): T {
    const site = { file: source ?? this.#file, line: start.line, column: start.column + 1 };
    try {
      return body(site);
    } catch (error) {
      throw error instanceof TemplateError ? new LocatedError(error, site) : error;
    }
  }
}

/** `#with` enters whatever `#if` takes for true, and every number: 0 too. */
function isThere(value: unknown): boolean {
  if (value instanceof Written) return value.value !== false;
  return Array.isArray(value) ? value.length > 0 : Boolean(value) || value === 0;
}

function checkPresent(helper: string, optional: "first" | "all" | undefined, values: readonly unknown[]): void {
  const missing = values.findIndex((value, index) => {
    const may = optional === "all" || (optional === "first" && index === 0);
    return !may && (value === undefined || value === null);
  });
  if (missing === -1) return;
  throw new TemplateError(`argument ${missing + 1} of ${helper} is missing or null`, "Wrap it: (default … …).");
}

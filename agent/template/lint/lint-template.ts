// Checks a parsed template against the values that it will see, and collects every problem with its place. Renders nothing.

import type { Position, Problem } from "../../refusal.ts";
import { suggest } from "../../nearest.ts";
import type { Block, Call, Expression, Literal, Mustache, Path, Program, Statement } from "../tree/template-ast.ts";
import type { TemplateContext } from "../context/template-context.ts";
import type { TemplateText } from "../tree/expand-partials.ts";
import { checkCall, secretPathRead } from "./lint-call.ts";
import { lintEscapes } from "./lint-escapes.ts";
import { lintLineEnds } from "./lint-line-ends.ts";
import type { Helper } from "../helpers/helpers.ts";
import { helperNamed, HELPERS } from "../helpers/helpers.ts";
import { checkPath, checkSecret, useOf, type PathUse } from "./lint-path.ts";
import {
  enterEach,
  enterWith,
  isBlockParam,
  isScoped,
  lookUp,
  rootScope,
  viewOf,
  type Scope,
} from "../context/scope.ts";
import { spellingIn } from "../tree/spell-literal.ts";
import { isRawBlock, RAW_BLOCK } from "../tree/raw-block.ts";
import { explainOptional, optionalAppOf, presenceOf } from "./optional-apps.ts";
import type { TemplateFormat } from "../../formats/format.ts";

interface LintInput {
  /** With its partials. */
  readonly program: Program;
  /** The template and its partials. */
  readonly texts: readonly TemplateText[];
  readonly file: string;
  readonly format: TemplateFormat;
  readonly keepsLineEnds?: boolean;
  readonly context: TemplateContext;
  /** Whether the rendered file may hold a secret's value. */
  readonly secretValuesAllowed: boolean;
}

const BLOCKS = ["each", "if", "unless", "with"];

interface Lint {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The paths of all that is read, from the root: `vars.users`, `vars.users[].name`. */
  readonly reads: ReadonlySet<string>;
}

export function lintTemplate(input: LintInput): Lint {
  const linter = new Linter(input);
  linter.program(input.program, rootScope(input.context));
  const { problems, warnings, reads } = linter;
  return {
    problems: [...problems, ...input.texts.flatMap(lintEscapes)],
    warnings: [...warnings, ...input.texts.flatMap((text) => lintLineEnds(text, input.keepsLineEnds ?? false))],
    reads,
  };
}

const RAW = {
  what: "raw prints a value past the encoder: what this format gives a meaning breaks the file",
  fix: "Print it without raw if you can.",
};

/** More say nothing new, and each looks through the names that there are. */
const MOST_PROBLEMS = 1000;

class Linter {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly reads = new Set<string>();
  readonly #input: LintInput;
  readonly #spell: (literal: Literal) => string;
  /** Optional apps that are present here, by the conditions around. */
  #present: readonly string[] = [];

  constructor(input: LintInput) {
    this.#input = input;
    this.#spell = spellingIn(input.texts, input.file);
  }

  program(program: Program | undefined, scope: Scope): void {
    for (const statement of program?.body ?? [])
      if (this.problems.length < MOST_PROBLEMS) this.#statement(statement, scope);
  }

  #statement(node: Statement, scope: Scope): void {
    switch (node.type) {
      case "ContentStatement":
      case "CommentStatement":
        return;
      case "MustacheStatement":
        return this.#mustache(node, scope);
      case "BlockStatement":
        return this.#block(node, scope);
      case "PartialStatement":
        return this.program(node.program, scope);
      case "PartialBlockStatement":
        return this.#refuse(node, "partial blocks ({{#> …}}) are not supported", "Write {{> name}}, without a block.");
      case "Decorator":
      case "DecoratorBlock":
        return this.#refuse(node, "decorators ({{* …}}) are not supported", "Take it out.");
    }
  }

  #mustache(node: Mustache, scope: Scope): void {
    if (!node.escaped) {
      this.#refuse(
        node,
        "{{{…}}} and {{&…}} print a value unescaped, which breaks the file",
        "Write {{…}}: the value is encoded for the file's format.",
      );
    }
    const call = this.#helperOf(node, scope);
    if (call) this.#call(node, call, scope);
    else if (node.params.length > 0 || node.hash) this.#unknownHelper(node, scope);
    else if (node.path.type === "PathExpression") this.#path(node.path, scope, "output");
    else this.#refuse(node, "{{…}} around a constant prints nothing", "Write the text itself.");
  }

  #block(node: Block, scope: Scope): void {
    const name = node.path.original;
    if (isRawBlock(node)) return this.#refuse(node, RAW_BLOCK.what, RAW_BLOCK.fix);
    if (BLOCKS.includes(name)) this.#checkBlockArguments(node, scope);
    else this.#unknownBlock(node, scope);
    const app = this.#appAskedFor(node, scope);
    this.#programWith(name === "if" ? app : null, node.program, this.#blockScope(node, scope));
    this.#programWith(name === "unless" ? app : null, node.inverse, scope);
  }

  #appAskedFor({ path, params: [condition] }: Block, scope: Scope): string | null {
    if (!["if", "unless"].includes(path.original)) return null;
    return presenceOf(viewOf(scope, condition));
  }

  #programWith(app: string | null, program: Program | undefined, scope: Scope): void {
    const outside = this.#present;
    if (app !== null) this.#present = [...outside, app];
    this.program(program, scope);
    this.#present = outside;
  }

  #checkBlockArguments(node: Block, scope: Scope): void {
    const name = node.path.original;
    if (node.params.length !== 1) {
      this.#refuse(node, `#${name} takes one argument and has ${node.params.length}`, `Write {{#${name} something}}.`);
    }
    this.#hash(node, scope);
    const use = name === "each" ? "list" : name === "with" ? "within" : "test";
    for (const param of node.params) this.#expression(param, scope, use);
  }

  #unknownBlock(node: Block, scope: Scope): void {
    const name = node.path.original;
    const fix = Object.hasOwn(HELPERS, name) ? `Write {{#if (${name} …)}}.` : suggest(name, BLOCKS);
    this.#refuse(node, `#${name} is not a block`, fix);
    for (const param of node.params) this.#expression(param, scope, "argument");
  }

  #blockScope(node: Block, scope: Scope): Scope {
    const params = node.program?.blockParams ?? [];
    if (node.path.original === "each") return enterEach(scope, viewOf(scope, node.params[0]), params);
    if (node.path.original === "with") return enterWith(scope, viewOf(scope, node.params[0]), params);
    return scope;
  }

  #expression(node: Expression, scope: Scope, use: PathUse): void {
    switch (node.type) {
      case "PathExpression":
        return this.#path(node, scope, use);
      case "SubExpression":
        return this.#subexpression(node, scope, use);
      case "NullLiteral":
      case "UndefinedLiteral":
        return this.#refuse(node, "null and undefined cannot be written in a template", "Leave it out.");
      case "StringLiteral":
      case "NumberLiteral":
      case "BooleanLiteral":
        if (use === "list") this.#refuse(node, ...NO_LIST);
        if (use === "within") this.#refuse(node, "#with wants a map", "Give it a variable that is one.");
    }
  }

  #subexpression(node: Call, scope: Scope, use: PathUse): void {
    const helper = this.#helperOf(node, scope);
    if (!helper) return this.#unknownHelper(node, scope);
    this.#call(node, helper, scope);
    if (use === "list" && !["any", "list"].includes(helper.gives)) this.#refuse(node, ...NO_LIST);
  }

  #helperOf(node: Mustache | Call, scope: Scope): Helper | null {
    const { path } = node;
    if (path.type !== "PathExpression" || path.parts.length !== 1 || path.data || path.depth > 0) return null;
    if (isScoped(path) || isBlockParam(scope, path)) return null;
    return helperNamed(path.parts[0] ?? "");
  }

  #call(node: Mustache | Call, helper: Helper, scope: Scope): void {
    const name = nameOf(node);
    this.#hash(node, scope);
    for (const [index, param] of node.params.entries())
      if (helper.takes[index] !== "name") this.#expression(param, scope, useOf(helper, index));
    const { context, format } = this.#input;
    const wrong = checkCall(node, name, helper, { scope, format, secrets: context.secrets, spell: this.#spell });
    for (const { node: where, what, fix } of wrong) this.#refuse(where, what, fix);
    if (name === "secretPath") this.reads.add(secretPathRead(node));
    if (name === "raw") this.warnings.push({ ...RAW, at: this.#placeOf(node) });
  }

  #unknownHelper(node: Mustache | Call, scope: Scope): void {
    const name = nameOf(node);
    const [what, fix] = Object.hasOwn(HELPERS, name)
      ? [`'${name}' is the name of an item here, and no helper`, "Give the item another name: as |item|."]
      : [`'${name}' is not a helper`, suggestHelper(name)];
    this.#refuse(node, what, fix);
    this.#hash(node, scope);
    for (const param of node.params) this.#expression(param, scope, "argument");
  }

  #hash(node: Mustache | Call | Block, scope: Scope): void {
    for (const pair of node.hash?.pairs ?? []) {
      this.#refuse(pair, `${pair.key}=… is not an argument of ${nameOf(node)}`, "Take it out.");
      this.#expression(pair.value, scope, "argument");
    }
  }

  #path(path: Path, scope: Scope, use: PathUse): void {
    const found = lookUp(scope, path);
    if (found.kind === "found") this.reads.add(found.view.path);
    const problem =
      checkPath(path, found, use, this.#input.secretValuesAllowed) ??
      (this.#input.secretValuesAllowed ? null : checkSecret(found, use)) ??
      this.#checkPresent(found);
    if (problem) this.#refuse(path, problem.what, problem.fix);
  }

  #checkPresent(found: ReturnType<typeof lookUp>): { what: string; fix: string } | null {
    const app = found.kind === "found" ? optionalAppOf(found.view, this.#input.context) : null;
    return app === null || this.#present.includes(app) ? null : explainOptional(app);
  }

  #refuse(node: Placed, what: string, fix: string): void {
    this.problems.push({ what, fix, at: this.#placeOf(node) });
  }

  #placeOf({ loc }: Placed): Position {
    const { line, column } = loc.start;
    return { file: loc.source ?? this.#input.file, line, column: column + 1 };
  }
}

type Placed = Pick<Mustache, "loc">;

const NO_LIST = ["#each wants a list or a map", "Give it a variable that is one."] as const;

function suggestHelper(name: string): string {
  return name === "log" || name === "lookup" ? "Take it out." : suggest(name, Object.keys(HELPERS));
}

function nameOf({ path }: Mustache | Call | Block): string {
  return path.type === "SubExpression" ? "(…)" : String(path.original);
}

// Checks a parsed template against the values that it will see, and collects every problem with its place. Renders nothing.

import { suggest } from "../../nearest.ts";
import type { Problem } from "../../refusal.ts";
import { enterEach, enterWith, rootScope, viewOf, type Scope } from "../context/scope.ts";
import { HELPERS } from "../helpers/helpers.ts";
import { isRawBlock, RAW_BLOCK } from "../tree/raw-block.ts";
import type { Block, Mustache, Program, Statement } from "../tree/template-ast.ts";
import { lintEscapes } from "./lint-escapes.ts";
import { ExpressionLinter, type LintInput } from "./lint-expression.ts";
import { lintLineEnds } from "./lint-line-ends.ts";
import { presenceOf } from "./optional-apps.ts";

const BLOCKS = ["each", "if", "unless", "with"];

interface Lint {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The paths of all that is read, from the root: `vars.users`, `vars.users[].name`. */
  readonly reads: ReadonlySet<string>;
}

export function lintTemplate(input: LintInput): Lint {
  const expressions = new ExpressionLinter(input);
  new StatementLinter(expressions).program(input.program, rootScope(input.context));
  const { problems, warnings, reads } = expressions;
  return {
    problems: [...problems, ...input.texts.flatMap(lintEscapes)],
    warnings: [...warnings, ...input.texts.flatMap((text) => lintLineEnds(text, input.keepsLineEnds ?? false))],
    reads,
  };
}

/** More say nothing new, and each looks through the names that there are. */
const MOST_PROBLEMS = 1000;

class StatementLinter {
  readonly #expressions: ExpressionLinter;

  constructor(expressions: ExpressionLinter) {
    this.#expressions = expressions;
  }

  program(program: Program | undefined, scope: Scope): void {
    for (const statement of program?.body ?? [])
      if (this.#expressions.problems.length < MOST_PROBLEMS) this.#statement(statement, scope);
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
        return this.#expressions.refuse(
          node,
          "partial blocks ({{#> …}}) are not supported",
          "Write {{> name}}, without a block.",
        );
      case "Decorator":
      case "DecoratorBlock":
        return this.#expressions.refuse(node, "decorators ({{* …}}) are not supported", "Take it out.");
    }
  }

  #mustache(node: Mustache, scope: Scope): void {
    if (!node.escaped) {
      this.#expressions.refuse(
        node,
        "{{{…}}} and {{&…}} print a value unescaped, which breaks the file",
        "Write {{…}}: the value is encoded for the file's format.",
      );
    }
    const call = this.#expressions.helperOf(node, scope);
    if (call) this.#expressions.call(node, call, scope);
    else if (node.params.length > 0 || node.hash) this.#expressions.unknownHelper(node, scope);
    else if (node.path.type === "PathExpression") this.#expressions.path(node.path, scope, "output");
    else this.#expressions.refuse(node, "{{…}} around a constant prints nothing", "Write the text itself.");
  }

  #block(node: Block, scope: Scope): void {
    const name = node.path.original;
    if (isRawBlock(node)) return this.#expressions.refuse(node, RAW_BLOCK.what, RAW_BLOCK.fix);
    if (BLOCKS.includes(name)) this.#checkBlockArguments(node, scope);
    else this.#unknownBlock(node, scope);
    const app = this.#appAskedFor(node, scope);
    this.#expressions.whilePresent(name === "if" ? app : null, () =>
      this.program(node.program, this.#blockScope(node, scope)),
    );
    this.#expressions.whilePresent(name === "unless" ? app : null, () => this.program(node.inverse, scope));
  }

  #appAskedFor({ path, params: [condition] }: Block, scope: Scope): string | null {
    if (!["if", "unless"].includes(path.original)) return null;
    return presenceOf(viewOf(scope, condition));
  }

  #checkBlockArguments(node: Block, scope: Scope): void {
    const name = node.path.original;
    if (node.params.length !== 1) {
      this.#expressions.refuse(
        node,
        `#${name} takes one argument and has ${node.params.length}`,
        `Write {{#${name} something}}.`,
      );
    }
    this.#expressions.hash(node, scope);
    const use = name === "each" ? "list" : name === "with" ? "within" : "test";
    for (const param of node.params) this.#expressions.expression(param, scope, use);
  }

  #unknownBlock(node: Block, scope: Scope): void {
    const name = node.path.original;
    const fix = Object.hasOwn(HELPERS, name) ? `Write {{#if (${name} …)}}.` : suggest(name, BLOCKS);
    this.#expressions.refuse(node, `#${name} is not a block`, fix);
    for (const param of node.params) this.#expressions.expression(param, scope, "argument");
  }

  #blockScope(node: Block, scope: Scope): Scope {
    const params = node.program?.blockParams ?? [];
    if (node.path.original === "each") return enterEach(scope, viewOf(scope, node.params[0]), params);
    if (node.path.original === "with") return enterWith(scope, viewOf(scope, node.params[0]), params);
    return scope;
  }
}

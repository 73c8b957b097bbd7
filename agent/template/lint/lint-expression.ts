// Checks what stands in the tags of a template: paths, literals and calls of helpers, each for the use that is made of it.

import type { TemplateFormat } from "../../formats/format.ts";
import { suggest } from "../../nearest.ts";
import type { Position, Problem } from "../../refusal.ts";
import { isBlockParam, isScoped, lookUp, type Lookup, type Scope } from "../context/scope.ts";
import type { TemplateContext } from "../context/template-context.ts";
import { type Helper, helperNamed, HELPERS } from "../helpers/helpers.ts";
import type { TemplateText } from "../tree/expand-partials.ts";
import { spellingIn } from "../tree/spell-literal.ts";
import type { Block, Call, Expression, Literal, Mustache, Path, Program } from "../tree/template-ast.ts";
import { checkCall, secretPathRead } from "./lint-call.ts";
import { checkPath, checkSecret, useOf, type PathUse } from "./lint-path.ts";
import { explainOptional, optionalAppOf } from "./optional-apps.ts";

export interface LintInput {
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

const RAW = {
  what: "raw prints a value past the encoder: what this format gives a meaning breaks the file",
  fix: "Print it without raw if you can.",
};

type Placed = Pick<Mustache, "loc">;

export class ExpressionLinter {
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

  /** @param app that a condition around `body` has found present; null: none is asked for */
  whilePresent(app: string | null, body: () => void): void {
    const outside = this.#present;
    if (app !== null) this.#present = [...outside, app];
    body();
    this.#present = outside;
  }

  expression(node: Expression, scope: Scope, use: PathUse): void {
    switch (node.type) {
      case "PathExpression":
        return this.path(node, scope, use);
      case "SubExpression":
        return this.#subexpression(node, scope, use);
      case "NullLiteral":
      case "UndefinedLiteral":
        return this.refuse(node, "null and undefined cannot be written in a template", "Leave it out.");
      case "StringLiteral":
      case "NumberLiteral":
      case "BooleanLiteral":
        if (use === "list") this.refuse(node, ...NO_LIST);
        if (use === "within") this.refuse(node, "#with wants a map", "Give it a variable that is one.");
    }
  }

  #subexpression(node: Call, scope: Scope, use: PathUse): void {
    const helper = this.helperOf(node, scope);
    if (!helper) return this.unknownHelper(node, scope);
    this.call(node, helper, scope);
    if (use === "list" && !["any", "list"].includes(helper.gives)) this.refuse(node, ...NO_LIST);
  }

  helperOf(node: Mustache | Call, scope: Scope): Helper | null {
    const { path } = node;
    if (path.type !== "PathExpression" || path.parts.length !== 1 || path.data || path.depth > 0) return null;
    if (isScoped(path) || isBlockParam(scope, path)) return null;
    return helperNamed(path.parts[0] ?? "");
  }

  call(node: Mustache | Call, helper: Helper, scope: Scope): void {
    const name = nameOf(node);
    this.hash(node, scope);
    for (const [index, param] of node.params.entries())
      if (helper.takes[index] !== "name") this.expression(param, scope, useOf(helper, index));
    const { context, format } = this.#input;
    const wrong = checkCall(node, name, helper, { scope, format, secrets: context.secrets, spell: this.#spell });
    for (const { node: where, what, fix } of wrong) this.refuse(where, what, fix);
    if (name === "secretPath") this.reads.add(secretPathRead(node));
    if (name === "raw") this.warnings.push({ ...RAW, at: this.#placeOf(node) });
  }

  unknownHelper(node: Mustache | Call, scope: Scope): void {
    const name = nameOf(node);
    const [what, fix] = Object.hasOwn(HELPERS, name)
      ? [`'${name}' is the name of an item here, and no helper`, "Give the item another name: as |item|."]
      : [`'${name}' is not a helper`, suggestHelper(name)];
    this.refuse(node, what, fix);
    this.hash(node, scope);
    for (const param of node.params) this.expression(param, scope, "argument");
  }

  hash(node: Mustache | Call | Block, scope: Scope): void {
    for (const pair of node.hash?.pairs ?? []) {
      this.refuse(pair, `${pair.key}=… is not an argument of ${nameOf(node)}`, "Take it out.");
      this.expression(pair.value, scope, "argument");
    }
  }

  path(path: Path, scope: Scope, use: PathUse): void {
    const found = lookUp(scope, path);
    if (found.kind === "found") this.reads.add(found.view.path);
    const problem =
      checkPath(path, found, use, this.#input.secretValuesAllowed) ??
      (this.#input.secretValuesAllowed ? null : checkSecret(found, use)) ??
      this.#checkPresent(found);
    if (problem) this.refuse(path, problem.what, problem.fix);
  }

  #checkPresent(found: Lookup): { what: string; fix: string } | null {
    const app = found.kind === "found" ? optionalAppOf(found.view, this.#input.context) : null;
    return app === null || this.#present.includes(app) ? null : explainOptional(app);
  }

  refuse(node: Placed, what: string, fix: string): void {
    this.problems.push({ what, fix, at: this.#placeOf(node) });
  }

  #placeOf({ loc }: Placed): Position {
    const { line, column } = loc.start;
    return { file: loc.source ?? this.#input.file, line, column: column + 1 };
  }
}

const NO_LIST = ["#each wants a list or a map", "Give it a variable that is one."] as const;

function suggestHelper(name: string): string {
  return name === "log" || name === "lookup" ? "Take it out." : suggest(name, Object.keys(HELPERS));
}

function nameOf({ path }: Mustache | Call | Block): string {
  return path.type === "SubExpression" ? "(…)" : String(path.original);
}

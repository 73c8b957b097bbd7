// Rewrites a linted template so that every output and every helper call knows its place in the file. Changes no meaning.

import { isScoped } from "./scope.ts";
import type { Block, Expression, Inclusion, Literal, Location, Mustache, Path, Program } from "./template-ast.ts";
import { HELPERS } from "./template-helpers.ts";

/** No template can spell it, for the linter knows no helper of this name. */
export const PRINT = "print value";

/** The block that a partial becomes. */
export const INCLUDE = "include partial";

export interface Site {
  /** The template, or a partial of it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `sites[n]` is the place that the calls numbered n come from. The tree is rewritten where it stands. */
export function instrument(program: Program, file: string): Site[] {
  const instrumenter = new Instrumenter(file);
  instrumenter.program(program, []);
  return instrumenter.sites;
}

class Instrumenter {
  readonly sites: Site[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  program(program: Program | undefined, blockParams: readonly string[]): void {
    if (!program) return;
    const names = [...blockParams, ...(program.blockParams ?? [])];
    for (const [index, statement] of program.body.entries()) {
      if (statement.type === "MustacheStatement") this.#print(statement, names);
      if (statement.type === "BlockStatement") this.#block(statement, names);
      if (statement.type === "PartialStatement") program.body[index] = this.#partial(statement, names);
    }
  }

  /** `{{x}}` becomes `{{print x site}}`, `{{f x}}` becomes `{{print (f x site) site}}`. */
  #print(node: Mustache, blockParams: readonly string[]): void {
    const { path, params, loc } = node;
    const isCall = path.type === "PathExpression" && (params.length > 0 || isHelper(path, blockParams));
    const printed: Expression = isCall ? { type: "SubExpression", path, params, loc } : path;
    this.#expression(printed);
    node.path = { type: "PathExpression", data: false, depth: 0, parts: [PRINT], original: PRINT, loc };
    node.params = [printed, this.#site(loc)];
  }

  #block(node: Block, blockParams: readonly string[]): void {
    for (const param of node.params) this.#expression(param);
    node.params.push(this.#site(node.loc));
    this.program(node.program, blockParams);
    this.program(node.inverse, blockParams);
  }

  /** `{{> x}}` becomes `{{#include indent site}}…{{/include}}`, which changes no context and no block parameter. */
  #partial({ indent, loc, program }: Inclusion, blockParams: readonly string[]): Block {
    this.program(program, blockParams);
    const path: Path = { type: "PathExpression", data: false, depth: 0, parts: [INCLUDE], original: INCLUDE, loc };
    const blanks: Literal = { type: "StringLiteral", value: indent, original: indent, loc };
    const params = [blanks, this.#site(loc)];
    return { type: "BlockStatement", path, params, program: program!, openStrip: {}, closeStrip: {}, loc };
  }

  #expression(node: Expression): void {
    if (node.type !== "SubExpression") return;
    for (const param of node.params) this.#expression(param);
    node.params.push(this.#site(node.loc));
  }

  #site(loc: Location): Literal {
    const { line, column } = loc.start;
    const number = this.sites.push({ file: loc.source ?? this.#file, line, column: column + 1 }) - 1;
    return { type: "NumberLiteral", value: number, original: number, loc };
  }
}

/** As the linter tells them apart. */
function isHelper(path: Path, blockParams: readonly string[]): boolean {
  if (path.data || path.depth > 0 || path.parts.length !== 1 || isScoped(path)) return false;
  return Object.hasOwn(HELPERS, path.parts[0]!) && !blockParams.includes(path.parts[0]!);
}

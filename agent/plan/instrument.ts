// Rewrites a linted template so that every output and every helper call knows its place in the file. Changes no meaning.

import { isScoped } from "./scope.ts";
import type { Block, Expression, Literal, Location, Mustache, Path, Program } from "./template-ast.ts";
import { HELPERS } from "./template-helpers.ts";

/** No template can spell it, for the linter knows no helper of this name. */
export const PRINT = "print value";

export interface Site {
  readonly line: number;
  readonly column: number;
}

/** `sites[n]` is the place that the calls numbered n come from. The tree is rewritten where it stands. */
export function instrument(program: Program): Site[] {
  const instrumenter = new Instrumenter();
  instrumenter.program(program, []);
  return instrumenter.sites;
}

class Instrumenter {
  readonly sites: Site[] = [];

  program(program: Program | undefined, blockParams: readonly string[]): void {
    if (!program) return;
    const names = [...blockParams, ...(program.blockParams ?? [])];
    for (const statement of program.body) {
      if (statement.type === "MustacheStatement") this.#print(statement, names);
      if (statement.type === "BlockStatement") this.#block(statement, names);
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

  #expression(node: Expression): void {
    if (node.type !== "SubExpression") return;
    for (const param of node.params) this.#expression(param);
    node.params.push(this.#site(node.loc));
  }

  #site(loc: Location): Literal {
    const { line, column } = loc.start;
    const number = this.sites.push({ line, column: column + 1 }) - 1;
    return { type: "NumberLiteral", value: number, original: number, loc };
  }
}

/** As the linter tells them apart. */
function isHelper(path: Path, blockParams: readonly string[]): boolean {
  if (path.data || path.depth > 0 || path.parts.length !== 1 || isScoped(path)) return false;
  return Object.hasOwn(HELPERS, path.parts[0]!) && !blockParams.includes(path.parts[0]!);
}

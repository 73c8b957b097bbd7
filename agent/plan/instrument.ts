// Rewrites a linted template so that every output and every helper call knows its place in the file. Changes no meaning.

import { isScoped } from "./scope.ts";
import type { Block, Expression, Inclusion, Literal, Location, Mustache, Path, Program } from "./template-ast.ts";
import { HELPERS } from "./template-helpers.ts";

/** No template can spell it, for the linter knows no helper of this name. */
export const PRINT = "print value";

/** The block that a partial becomes. */
export const INCLUDE = "include partial";

/** The block that gives what `this` is a name, for the `../` inside of it. */
export const NAMED = "named context";

export interface Site {
  /** The template, or a partial of it. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What `this` is inside a block; null: the template itself. */
type Context = { readonly name: string; isNamed: boolean } | null;

/** What names mean at a place of the template. */
interface Surroundings {
  readonly blockParams: readonly string[];
  /** The innermost last. */
  readonly contexts: readonly Context[];
}

/** `sites[n]` is the place that the calls numbered n come from. The tree is rewritten where it stands. */
export function instrument(program: Program, file: string): Site[] {
  const instrumenter = new Instrumenter(file);
  instrumenter.program(program, { blockParams: [], contexts: [null] });
  return instrumenter.sites;
}

class Instrumenter {
  readonly sites: Site[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  program(program: Program | undefined, around: Surroundings): void {
    if (!program) return;
    const inside = { ...around, blockParams: [...around.blockParams, ...(program.blockParams ?? [])] };
    for (const [index, statement] of program.body.entries()) {
      if (statement.type === "MustacheStatement") this.#print(statement, inside);
      if (statement.type === "BlockStatement") this.#block(statement, inside);
      if (statement.type === "PartialStatement") program.body[index] = this.#partial(statement, inside);
    }
  }

  /** `{{x}}` becomes `{{print x site}}`, `{{f x}}` becomes `{{print (f x site) site}}`. */
  #print(node: Mustache, around: Surroundings): void {
    const { path, params, loc } = node;
    const isCall = path.type === "PathExpression" && (params.length > 0 || isHelper(path, around.blockParams));
    const printed = this.#expression(isCall ? { type: "SubExpression", path, params, loc } : path, around);
    node.path = nameOf(PRINT, loc);
    node.params = [printed, this.#site(loc)];
  }

  #block(node: Block, around: Surroundings): void {
    node.params = [...node.params.map((param) => this.#expression(param, around)), this.#site(node.loc)];
    if (CHANGE_CONTEXT.includes(node.path.original)) this.#context(node, around);
    else this.program(node.program, around);
    this.program(node.inverse, around);
  }

  /** `{{#each x}}…{{/each}}` becomes `{{#each x}}{{#named this site as |name|}}…{{/named}}{{/each}}`, if a `../` leads to it. */
  #context({ program, loc }: Block, { blockParams, contexts }: Surroundings): void {
    const context = { name: `context ${contexts.length}`, isNamed: false };
    this.program(program, { blockParams, contexts: [...contexts, context] });
    if (!program || !context.isNamed) return;
    const inner: Program = { type: "Program", body: program.body.splice(0), blockParams: [context.name] };
    program.body.push(blockOf(NAMED, [{ ...nameOf("this", loc), parts: [] }, this.#site(loc)], inner, loc));
  }

  /** `{{> x}}` becomes `{{#include indent site}}…{{/include}}`, which changes no context and no block parameter. */
  #partial({ indent, loc, program }: Inclusion, around: Surroundings): Block {
    this.program(program, around);
    const blanks: Literal = { type: "StringLiteral", value: indent, original: indent, loc };
    return blockOf(INCLUDE, [blanks, this.#site(loc)], program!, loc);
  }

  #expression(node: Expression, around: Surroundings): Expression {
    if (node.type === "PathExpression") return climb(node, around);
    if (node.type !== "SubExpression") return node;
    node.params = [...node.params.map((param) => this.#expression(param, around)), this.#site(node.loc)];
    return node;
  }

  #site(loc: Location): Literal {
    const { line, column } = loc.start;
    const number = this.sites.push({ file: loc.source ?? this.#file, line, column: column + 1 }) - 1;
    return { type: "NumberLiteral", value: number, original: number, loc };
  }
}

const CHANGE_CONTEXT: readonly string[] = ["each", "with"];

/**
 * `../x` by the name of what it leads to. Handlebars counts a block for a `../` only if its `this` is another than the one around
 * it, so that in a loop within a loop over the same list `../` would lead elsewhere once a turn.
 */
function climb(path: Path, { contexts }: Surroundings): Path {
  if (path.data || path.depth === 0) return path;
  const context = contexts[contexts.length - 1 - path.depth]!;
  const parts = [context === null ? "root" : context.name, ...path.parts];
  if (context !== null) context.isNamed = true;
  return { ...path, data: context === null, depth: 0, parts, original: parts[0]! };
}

function nameOf(name: string, loc: Location): Path {
  return { type: "PathExpression", data: false, depth: 0, parts: [name], original: name, loc };
}

function blockOf(name: string, params: Expression[], program: Program, loc: Location): Block {
  return { type: "BlockStatement", path: nameOf(name, loc), params, program, openStrip: {}, closeStrip: {}, loc };
}

/** As the linter tells them apart. */
function isHelper(path: Path, blockParams: readonly string[]): boolean {
  if (path.data || path.depth > 0 || path.parts.length !== 1 || isScoped(path)) return false;
  return Object.hasOwn(HELPERS, path.parts[0]!) && !blockParams.includes(path.parts[0]!);
}

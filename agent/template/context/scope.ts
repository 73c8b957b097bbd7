// Which values the names of a template mean at a place: `this`, `../`, `@key`, block parameters.

import type { Expression, Path } from "../tree/template-ast.ts";
import { isUnknown, itemsOf, resolve, type Resolved, type View } from "./view.ts";

export interface Scope {
  /** What `this` is; the last is the innermost, the others are reached by `../`. */
  readonly contexts: readonly [View, ...View[]];
  /** What `@key` and the like are; one for each `#each` around. */
  readonly loops: readonly ReadonlyMap<string, View>[];
  readonly blockParams: ReadonlyMap<string, View>;
}

export type Lookup = Resolved | { readonly kind: "no-such-place"; readonly what: string; readonly fix: string };

export function rootScope(context: object): Scope {
  return { contexts: [{ values: [context], path: "" }], loops: [], blockParams: new Map() };
}

/** Inside `{{#each view as |item key|}}`. */
export function enterEach(scope: Scope, view: View, [item, key]: readonly string[]): Scope {
  const { items, keys } = isUnknown(view)
    ? { items: { values: [], path: `${view.path}[]` }, keys: { values: [], path: "@key" } }
    : itemsOf(view);
  const loop = new Map([
    ["key", keys],
    ["index", sample("@index", 0)],
    ["first", sample("@first", true)],
    ["last", sample("@last", true)],
  ]);
  return {
    contexts: [...scope.contexts, items],
    loops: [...scope.loops, loop],
    blockParams: bind(scope.blockParams, [item, items], [key, keys]),
  };
}

/** Inside `{{#with view as |name|}}`. */
export function enterWith(scope: Scope, view: View, [name]: readonly string[]): Scope {
  return {
    contexts: [...scope.contexts, view],
    loops: scope.loops,
    blockParams: bind(scope.blockParams, [name, view]),
  };
}

function bind(
  outer: ReadonlyMap<string, View>,
  ...pairs: readonly (readonly [name: string | undefined, view: View])[]
): ReadonlyMap<string, View> {
  return new Map([...outer, ...pairs.flatMap(([name, view]) => (name === undefined ? [] : [[name, view] as const]))]);
}

export function isBlockParam(scope: Scope, path: Path): boolean {
  return blockParamOf(scope, path) !== null;
}

/** Null: the path begins with no block parameter. */
function blockParamOf({ blockParams }: Scope, path: Path): View | null {
  if (path.data || path.depth > 0 || isScoped(path)) return null;
  return blockParams.get(path.parts[0] ?? "") ?? null;
}

/** `this.x` and `./x` mean the context, never a helper or a block parameter. */
export function isScoped(path: Path): boolean {
  return /^(\.|this\b)/.test(path.original);
}

export function lookUp(scope: Scope, path: Path): Lookup {
  if (path.data) return lookUpData(scope, path);
  const blockParam = blockParamOf(scope, path);
  if (blockParam) return resolve(blockParam, path.parts.slice(1));
  const context = scope.contexts[scope.contexts.length - 1 - path.depth];
  if (context) return resolve(context, path.parts);
  return {
    kind: "no-such-place",
    what: `${path.original} climbs out of the template`,
    fix: "Take a ../ away: only #each and #with change what names mean, #if and #unless do not.",
  };
}

/** What may be there besides null. Empty where nothing is known, so that one mistake is told once. */
export function viewOf(scope: Scope, node: Expression | undefined): View {
  const found = node?.type === "PathExpression" ? lookUp(scope, node) : null;
  if (found?.kind !== "found") return { values: [], path: "" };
  return { ...found.view, values: found.view.values.filter((value) => value !== null) };
}

function lookUpData(scope: Scope, path: Path): Lookup {
  const [name = "", ...rest] = path.parts;
  if (name === "root" && path.depth === 0) return resolve(scope.contexts[0], rest);
  const found = scope.loops[scope.loops.length - 1 - path.depth]?.get(name);
  if (found) return resolve(found, rest);
  return {
    kind: "no-such-place",
    what: `${path.original} is not known here`,
    fix: "Inside #each there are @key, @index, @first and @last; @root is everywhere.",
  };
}

function sample(path: string, value: unknown): View {
  return { values: [value], path };
}

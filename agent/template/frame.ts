// What the names of a template are at a place while it runs: `this`, `../`, `@key`, block parameters. Where scope.ts has what they
// may be, here is what they are.

import { isScoped } from "./context/scope.ts";
import { isContainer } from "./context/view.ts";
import { TemplateError } from "./helpers/helpers.ts";
import type { Path } from "./tree/template-ast.ts";

export interface Frame {
  /** What `this` is; the last is the innermost, the others are reached by `../`. */
  readonly contexts: readonly unknown[];
  /** One for each `#each` around. */
  readonly loops: readonly Turn[];
  readonly blockParams: ReadonlyMap<string, unknown>;
}

/** `@key`, `@index`, `@first` and `@last`. */
interface Turn {
  readonly key: string | number;
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
}

export function rootFrame(context: object): Frame {
  return { contexts: [context], loops: [], blockParams: new Map() };
}

/** Inside `{{#each … as |item key|}}`, for one of its items. */
export function enterEach(frame: Frame, item: unknown, turn: Turn, names: readonly string[] = []): Frame {
  return {
    contexts: [...frame.contexts, item],
    loops: [...frame.loops, turn],
    blockParams: bind(frame.blockParams, names, [item, turn.key]),
  };
}

/** Inside `{{#with … as |name|}}`. */
export function enterWith(frame: Frame, value: unknown, names: readonly string[] = []): Frame {
  const blockParams = bind(frame.blockParams, names, [value]);
  return { contexts: [...frame.contexts, value], loops: frame.loops, blockParams };
}

/** @throws TemplateError where it leads through something that has no members */
export function lookUp(path: Path, { contexts, loops, blockParams }: Frame): unknown {
  const [first = "", ...rest] = path.parts;
  if (path.data && first === "root") return follow(contexts[0], rest);
  if (path.data) return follow(loops[loops.length - 1 - path.depth], path.parts);
  if (path.depth === 0 && !isScoped(path) && blockParams.has(first)) return follow(blockParams.get(first), rest);
  return follow(contexts[contexts.length - 1 - path.depth], path.parts);
}

/** Its own members alone; a value that is no map and no list has none. */
function follow(start: unknown, parts: readonly string[]): unknown {
  let value = start;
  for (const [index, part] of parts.entries()) {
    if (!isContainer(value)) {
      if (index === 0) return undefined;
      throw new TemplateError(`there is no ${parts[index - 1]} here that has a ${part}`, "Wrap it in {{#if …}}.");
    }
    value = Object.hasOwn(value, part) ? value[part] : undefined;
  }
  return value;
}

function bind(
  outer: ReadonlyMap<string, unknown>,
  names: readonly string[],
  values: readonly unknown[],
): ReadonlyMap<string, unknown> {
  if (names.length === 0) return outer;
  return new Map([...outer, ...names.map((name, index) => [name, values[index]] as const)]);
}

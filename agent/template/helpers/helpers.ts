// The helpers that templates may call, by name. None does I/O, none knows the time, none takes a secret's value.

import { isScoped } from "../context/scope.ts";
import type { Path } from "../tree/template-ast.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { COMPARE } from "./compare.ts";
import type { Helper } from "./helper.ts";
import { SECRET_PATH } from "./secret-path.ts";
import { SIZES } from "./sizes.ts";
import { TEXTS } from "./texts.ts";
import { TYPED } from "./typed.ts";

export { isTrue, kindOf, TemplateError, type Helper } from "./helper.ts";

type Table = Readonly<Record<string, Helper>>;

/** By what they are about, in the order of the docs. */
export const HELPER_GROUPS: readonly (readonly [title: string, helpers: Table])[] = [
  ["Memory", SIZES],
  ["Arithmetic", ARITHMETIC],
  ["Comparison", COMPARE],
  ["Text and structure", TEXTS],
  ["Numbers and truth that are spelled as text", TYPED],
  ["Secrets", { secretPath: SECRET_PATH }],
];

export const HELPERS: Table = Object.assign({}, ...HELPER_GROUPS.map(([, helpers]) => helpers));

export function helperNamed(name: string): Helper | null {
  return Object.hasOwn(HELPERS, name) ? (HELPERS[name] ?? null) : null;
}

/** Whether a lone word calls a helper that needs no argument. */
export function isHelperPath(path: Path, blockParams: { has(name: string): boolean }): boolean {
  const [name, ...members] = path.parts;
  if (name === undefined || members.length > 0 || path.data || path.depth > 0 || isScoped(path)) return false;
  return Object.hasOwn(HELPERS, name) && !blockParams.has(name);
}

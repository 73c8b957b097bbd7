// The helpers that templates may call, by name. None does I/O, none knows the time, none takes a secret's value.

import { ARITHMETIC } from "./arithmetic.ts";
import { COMPARE } from "./compare.ts";
import type { Helper } from "./helper.ts";
import { SECRET_PATH } from "./secret-path.ts";
import { SIZES } from "./sizes.ts";
import { TEXTS } from "./texts.ts";
import { TYPED } from "./typed.ts";

export { isTrue, JsonText, kindOf, RawText, TemplateError, TypedScalar, YamlStructure, type Helper } from "./helper.ts";

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

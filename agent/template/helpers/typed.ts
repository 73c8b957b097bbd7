// A text printed as the number, or as the true or false, that it spells: for formats whose readers tell them from text. Pure.

import { TypedScalar } from "../context/helper-values.ts";
import { SecretHole } from "../context/template-context.ts";
import { helper, scalarOf, type Helper } from "./helper.ts";

export const TYPED: Readonly<Record<string, Helper>> = {
  number: typed(
    "number",
    "the value as a number, digit for digit, where JSON, YAML and TOML would print text; it must be one in the file's format",
    ['number "5432"', "5432"],
  ),
  bool: typed(
    "boolean",
    "the value, which must be `true` or `false`, as that where JSON, YAML and TOML would print text",
    ['bool "true"', "true"],
  ),
};

/** Takes a secret's value too, for it is printed and nothing else: what it is, apply sees. */
function typed(type: TypedScalar["type"], about: string, example: Helper["example"]): Helper {
  const [name = ""] = example[0].split(" ");
  const shape = helper({ takes: ["scalar"], gives: "typed", about, example }, (value) =>
    value instanceof SecretHole ? new TypedScalar(value, type) : new TypedScalar(scalarOf(name, value), type),
  );
  return { ...shape, takesSecrets: true };
}

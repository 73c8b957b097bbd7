// One setting of `custom` as it is written: its expression, how it is printed, and whether it takes memory. Pure.

import { SIZE_FORMS } from "../../formats/size-forms.ts";
import { suggest } from "../../nearest.ts";
import { argumentOf, checkCall } from "./custom-evaluate.ts";
import { type Expression, parseExpression } from "./custom-syntax.ts";
import { ExpressionError } from "./expression-error.ts";

export interface CustomSetting {
  readonly name: string;
  readonly source: string;
  readonly expression: Expression;
  /** The app whose spelling of sizes it uses; null: a number of bytes. */
  readonly form: string | null;
  /** Whether a size is taken out of the app's share: its author may say that it is no memory of the app's own. */
  readonly isCounted: boolean;
}

/** @throws ExpressionError */
export function parseSetting(name: string, source: string): CustomSetting {
  return unwrap({ name, source, expression: parseExpression(source), form: null, isCounted: true });
}

function unwrap(setting: CustomSetting): CustomSetting {
  const { expression, form, isCounted } = setting;
  if (form === null && isCall(expression, "size"))
    return unwrap({ ...setting, expression: argumentOf(expression, 0), form: parseForm(argumentOf(expression, 1)) });
  if (isCounted && isCall(expression, "uncounted"))
    return unwrap({ ...setting, expression: argumentOf(expression, 0), isCounted: false });
  return setting;
}

function isCall(expression: Expression, name: string): expression is Extract<Expression, { kind: "call" }> {
  if (expression.kind !== "call" || expression.name !== name) return false;
  checkCall(expression);
  return true;
}

function parseForm(expression: Expression): string {
  const app = expression.kind === "text" ? expression.value : "";
  if (SIZE_FORMS.includes(app)) return app;
  const fix = app === "" ? `Write one of ${SIZE_FORMS.join(", ")} in quotes.` : suggest(app, SIZE_FORMS);
  throw new ExpressionError("size does not know this app's spelling", expression.column, fix);
}

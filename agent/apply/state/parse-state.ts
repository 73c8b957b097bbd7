// The text of one of parbake's own documents → the value that it holds, checked as if a stranger had written it: with --root the
// documents are an image's. Pure.

import { JsonValue } from "../../formats/json-value.ts";
import type { Problem } from "../../refusal.ts";

/** Null where the text is no JSON, of another schema, or wrong in any part: a half-known state is no state. */
export function parseState<T>(text: string, parse: (json: JsonValue) => T): T | null {
  return parseWhole(parseJson(text), (json) => (isSchema1(json) ? parse(json) : null));
}

/** The same of a part that stands for itself, as an entry of a list of which the others may still be right. */
export function parseWhole<T>(value: unknown, parse: (json: JsonValue) => T): T | null {
  const problems: Problem[] = [];
  const parsed = parse(new JsonValue(value, "state", problems, ""));
  return problems.length > 0 ? null : parsed;
}

function isSchema1(json: JsonValue): boolean {
  return json.get("schema").value === 1;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

// Where something is declared, as JSON → Position. Pure.

import type { JsonValue } from "../formats/json-value.ts";
import type { Declared, Position } from "../refusal.ts";

export function parsePlace(json: JsonValue): Declared {
  return json.has("at") ? { at: parsePosition(json.get("at")) } : {};
}

function parsePosition(json: JsonValue): Position {
  const numbers = (["line", "column"] as const).filter((name) => json.has(name));
  return {
    file: json.get("file").text(),
    ...Object.fromEntries(numbers.map((name) => [name, json.get(name).integer(1, Number.MAX_SAFE_INTEGER)])),
  };
}

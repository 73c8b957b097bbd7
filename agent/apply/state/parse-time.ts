// A time in a document of parbake's own, as Date.parse reads it.

import type { JsonValue } from "../../formats/json-value.ts";

export function parseTime(json: JsonValue): string {
  return json.word((text) => !Number.isNaN(Date.parse(text)), "a time");
}

// An owner and a mode as JSON → Attributes. Pure.

import type { JsonValue } from "../../formats/json-value.ts";
import type { Attributes } from "../../host/attributes.ts";

// (uid_t) -1 names nobody.
const MOST_ID = 2 ** 32 - 2;

export function parseAttributes(json: JsonValue): Attributes {
  return { uid: parseId(json.get("uid")), gid: parseId(json.get("gid")), mode: json.get("mode").integer(0, 0o7777) };
}

/** Of a user or a group. */
export function parseId(json: JsonValue): number {
  return json.integer(0, MOST_ID);
}

// What a file asks for when it changes, as JSON → OnChange: a unit that can be reloaded or restarted, never an option of
// systemctl's. Pure.

import type { OnChange } from "../config/config.ts";
import type { JsonValue } from "../formats/json-value.ts";
import { isRunnable } from "../names/unit-name.ts";

export function parseOnChange(json: JsonValue): OnChange {
  return { action: json.get("action").choice(["reload", "restart"]), unit: parseUnit(json.get("unit")) };
}

export function parseUnit(json: JsonValue): string {
  return json.word(isRunnable, "a unit that can be reloaded or restarted");
}

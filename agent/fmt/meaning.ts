// What a YAML text says, apart from how it is laid out: values with their spellings in their order. Pure.

import type { Field } from "../config/yaml/field.ts";
import { Written } from "../written.ts";

/** Two that are the same letter for letter mean the same. */
export function meaningOf(field: Field): string {
  return JSON.stringify(tell(field));
}

function tell(field: Field): unknown {
  if (field.isList) return field.items().map(tell);
  if (field.isMapping) return { map: [...field.entries()].map(([key, each]) => [key, tell(each)]) };
  const written = field.written();
  return written instanceof Written ? { written: written.text } : (written ?? null);
}

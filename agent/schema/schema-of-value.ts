// The rules of config/keys/ → JSON Schema. What YAML leaves empty is null, which the readers take where they take nothing. Pure.

import type { KeyRule, KeyRules, ValueRule } from "../config/keys/rule.ts";
import type { JsonSchema } from "./json-schema.ts";
import { optionsByProfile, schemaOfProfile } from "./schema-of-profiles.ts";

export function schemaOfMapping(keys: KeyRules): JsonSchema {
  const required = Object.keys(keys).filter((key) => keys[key]?.missing !== undefined);
  return {
    // A mapping that has to have something is not left empty.
    type: required.length > 0 ? "object" : ["object", "null"],
    properties: Object.fromEntries(Object.entries(keys).map(([key, rule]) => [key, schemaOfKey(rule)])),
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    ...(Object.values(keys).some(({ value }) => value.kind === "options") ? { allOf: optionsByProfile() } : {}),
  };
}

function schemaOfKey(rule: KeyRule): JsonSchema {
  return { ...describe(rule), ...schemaOfValue(rule.value) };
}

/** At the top of a file a key without a value is as good as none. */
export function schemaOfTopKey(rule: KeyRule): JsonSchema {
  const schema = schemaOfValue(rule.value);
  if (schema.enum) return { ...describe(rule), enum: [...schema.enum, null] };
  if (schema.anyOf) return { ...describe(rule), anyOf: [...schema.anyOf, { type: "null" }] };
  return { ...describe(rule), ...schema, type: [...new Set([schema.type ?? [], "null" as const].flat())] };
}

function describe({ about, default: fallback, examples }: KeyRule): JsonSchema {
  return {
    description: about,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(examples === undefined ? {} : { examples }),
  };
}

function schemaOfValue(rule: ValueRule): JsonSchema {
  switch (rule.kind) {
    case "text":
      return {
        type: "string",
        minLength: rule.least ?? 1,
        ...(rule.pattern ? { pattern: portable(rule.pattern) } : {}),
      };
    case "spelling":
      return schemaOfSpelling(rule);
    case "choice":
      return { enum: rule.choices };
    case "boolean":
      return { type: "boolean" };
    case "number":
      return { type: "number", minimum: rule.least, maximum: rule.most };
    case "list":
      return { type: ["array", "null"], items: schemaOfValue(rule.of) };
    case "mapping":
      return schemaOfMapping(rule.keys);
    case "named":
      return {
        type: ["object", "null"],
        ...(rule.name ? { propertyNames: { pattern: portable(rule.name) } } : {}),
        additionalProperties: schemaOfValue(rule.of),
      };
    case "either":
      return { anyOf: rule.of.map(schemaOfValue) };
    case "profile":
      return schemaOfProfile();
    case "options":
      return { type: ["object", "null"] };
    case "anything":
      return {};
  }
}

function schemaOfSpelling({ pattern, least, most, nothing }: Extract<ValueRule, { kind: "spelling" }>): JsonSchema {
  const text: JsonSchema = { type: nothing ? ["string", "null"] : "string", pattern: portable(pattern) };
  // With bounds, editors would say of 512 that it is above the maximum of 0.
  return { anyOf: [text, least === most ? { const: least } : { type: "integer", minimum: least, maximum: most }] };
}

/** Control characters by their numbers: validators outside of JavaScript know no `\p`. */
function portable(pattern: RegExp): string {
  return pattern.source.replaceAll(String.raw`\p{Cc}`, String.raw`\u0000-\u001f\u007f-\u009f`);
}

// The profiles' own rules → which profiles there are, and which options the one has that an app names. Pure.

import { INTEGER } from "../number.ts";
import { formatBytes, parseSize, SIZE } from "../size.ts";
import type { OptionRule, Profile } from "../tuning/profile/profile.ts";
import { PROFILES } from "../tuning/profiles.ts";
import { BOOLEAN, OWN_NAME } from "../tuning/resolve-options.ts";
import type { JsonSchema } from "./json-schema.ts";

export function schemaOfProfile(): JsonSchema {
  return { enum: [...PROFILES.keys()] };
}

/** For an app: one for each profile. */
export function optionsByProfile(): readonly JsonSchema[] {
  return [...PROFILES.values()].map((profile) => ({
    if: { properties: { profile: { const: profile.name } }, required: ["profile"] },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
    then: { properties: { options: schemaOfOptions(profile) } },
  }));
}

function schemaOfOptions({ about, options, anyOption }: Profile): JsonSchema {
  return {
    description: `Options of ${about}.`,
    type: ["object", "null"],
    properties: Object.fromEntries(Object.entries(options).map(([name, rule]) => [name, schemaOfOption(rule)])),
    additionalProperties: anyOption === undefined ? false : schemaOfOption(anyOption),
    ...(anyOption === undefined ? {} : { propertyNames: { pattern: OWN_NAME.source } }),
  };
}

/** A text can stand for any kind. */
function schemaOfOption(rule: OptionRule): JsonSchema {
  const fallback = rule.kind === "size" && typeof rule.default === "number" ? spellSize(rule.default) : rule.default;
  return {
    description: `${rule.about}.`,
    ...(fallback === null ? {} : { default: fallback }),
    ...SCHEMA[rule.kind](rule),
  };
}

const SCHEMA: Readonly<Record<OptionRule["kind"], (rule: OptionRule) => JsonSchema>> = {
  integer: ({ min = 0, max = Number.MAX_SAFE_INTEGER }) => ({
    type: ["integer", "string"],
    minimum: min,
    maximum: max,
    pattern: INTEGER.source,
  }),
  // YAML reads a lone 0 as a number.
  size: ({ min = 0 }) => ({ anyOf: [{ type: "string", pattern: SIZE.source }, ...(min > 0 ? [] : [{ const: 0 }])] }),
  boolean: () => ({ type: ["boolean", "string"], pattern: BOOLEAN.source }),
  choice: ({ choices = [] }) => ({ enum: [...new Set(choices.flatMap(spellChoice))] }),
  text: () => ({ type: ["string", "number", "boolean"] }),
};

/** As the text, and as YAML reads it without quotes: 16 as a number, true as a truth. */
function spellChoice(choice: string): readonly unknown[] {
  if (BOOLEAN.test(choice)) return [choice, /^t/i.test(choice)];
  return /^\d+(?:\.\d+)?$/.test(choice) ? [choice, Number(choice)] : [choice];
}

/** As people write it, and exactly. */
function spellSize(bytes: number): string {
  const shown = formatBytes(bytes).replace(" ", "");
  return parseSize(shown) === bytes ? shown : `${bytes}B`;
}

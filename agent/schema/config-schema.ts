// The JSON Schema of a config file: of the main one, and of each in parbake.d. Pure.

import { TOP_KEYS } from "../config/keys/top-keys.ts";
import type { JsonSchema } from "./json-schema.ts";
import { schemaOfMapping, schemaOfTopKey } from "./schema-of-value.ts";

export function configSchema(): JsonSchema {
  const properties = Object.entries(TOP_KEYS).map(([key, rule]) => [key, schemaOfTopKey(rule)]);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "The config of parbake",
    ...schemaOfMapping(TOP_KEYS),
    properties: Object.fromEntries(properties),
  };
}

/** As a file. */
export function formatSchema(): string {
  return `${JSON.stringify(configSchema(), null, 2)}\n`;
}

// Writes one value into a file of a known format, so that its reader gets back exactly that value, or refuses to.

import { env } from "./encoders/env.ts";
import { type FormatRules, type Place, type Value, Unencodable } from "./encoders/format-rules.ts";
import { ini } from "./encoders/ini.ts";
import { json, JSON_NUMBERS } from "./encoders/json.ts";
import { nginx } from "./encoders/nginx.ts";
import { postgresql } from "./encoders/postgresql.ts";
import { properties } from "./encoders/properties.ts";
import { sh } from "./encoders/sh.ts";
import { systemd } from "./encoders/systemd.ts";
import { text } from "./encoders/text.ts";
import { toml } from "./encoders/toml.ts";
import { xml } from "./encoders/xml.ts";
import { yaml } from "./encoders/yaml.ts";
import type { ScalarType, TemplateFormat } from "./format.ts";

export { Unencodable };
export type { Place, Value };

const RULES: Readonly<Record<TemplateFormat, FormatRules>> = {
  json,
  yaml,
  toml,
  ini,
  properties,
  env,
  sh,
  xml,
  nginx,
  systemd,
  postgresql,
  text,
};

/** One place for each HOLE of `rendered`, in order. */
export function placesIn(format: TemplateFormat, rendered: string): Place[] {
  return RULES[format].places(rendered);
}

/** Throws Unencodable, whose message and fix can be shown: they never hold the value. */
export function encode(format: TemplateFormat, value: Value, place: Place = "alone", type?: ScalarType): string {
  refuseEverywhere(value);
  if (type !== undefined) refuseOthers(format, String(value), type);
  if (place === "never") {
    throw new Unencodable(
      "the character before it would change its meaning",
      "Take the backslash, $name, % or & before {{…}} away, or close it (write ${name}).",
    );
  }
  return type !== undefined && place === "alone" && tellsTypes(format)
    ? String(value)
    : RULES[format].encode(value, place);
}

/** Whether the reader of a file tells numbers, true and false from text by how they stand there. */
export function tellsTypes(format: TemplateFormat): boolean {
  return RULES[format].numbers !== undefined;
}

/** See FormatRules. */
export function isUnclear(format: TemplateFormat, word: string): boolean {
  return RULES[format].isUnclear?.(word) ?? false;
}

/** Where a file has text alone, what JSON has as a number is one. */
function refuseOthers(format: TemplateFormat, spelled: string, type: ScalarType): void {
  const { numbers } = RULES[format];
  const fits =
    type === "boolean" ? spelled === "true" || spelled === "false" : (numbers ?? JSON_NUMBERS).isNumber(spelled);
  if (fits) return;
  const wanted =
    type === "boolean" ? "neither true nor false" : `not a number as ${numbers ? format : "json"} writes them`;
  throw new Unencodable(`it is ${wanted}`, `Print it as text: without ${type === "boolean" ? "bool" : "number"}.`);
}

function refuseEverywhere(value: Value): void {
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new Unencodable("it is not a finite number", "Correct the arithmetic in the template.");
  }
  if (typeof value !== "string") return;
  if (value.includes("\0"))
    throw new Unencodable("it has a NUL character, which would cut the file short", "Take it out.");
  if (!value.isWellFormed()) throw new Unencodable("it is not valid Unicode", "Correct the value.");
}

// The text of a file as a plan has it: with holes for the values of secrets. Pure.

import type { Place } from "./encoders/format-rules.ts";
import type { ScalarType, TemplateFormat } from "./format.ts";

/** Points at one key of one declared secret. */
export interface SecretReference {
  readonly secret: string;
  readonly key: string;
}

/** A secret value's hole in a file: `encode(format, value, place, type)` gives what fills it. */
export interface SecretPart {
  readonly reference: SecretReference;
  readonly format: TemplateFormat;
  /** Absent: `alone`. */
  readonly place?: Place;
  /** What the value must spell, and is read as. Absent: text. */
  readonly type?: ScalarType;
}

/** Text of a file, with holes for the secret values that only apply can fill. */
export type ContentPart = string | SecretPart;

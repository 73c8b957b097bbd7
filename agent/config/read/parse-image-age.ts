// `maxImageAge` of the config: how old the image may be, and what becomes of a boot from an older one. Pure.

import { parseDurationMs } from "../../duration.ts";
import type { ImageAgeLimit } from "../config.ts";
import { IMAGE_AGE_KEYS } from "../keys/top-keys.ts";
import type { Field } from "../yaml/field.ts";

/** `30d`, which warns, or `{ limit: 30d, then: fail }`. */
export function parseImageAge(field: Field | undefined): ImageAgeLimit | null {
  if (!field) return null;
  const isShort = field.spelling() !== undefined;
  const keys = isShort ? null : field.known(IMAGE_AGE_KEYS, (scalar) => `{ limit: ${scalar} }`);
  const limitField = keys === null ? field : keys.get("limit");
  const limitMs = limitField === undefined ? null : parseLimit(limitField);
  const policy = keys?.get("then")?.choice(IMAGE_AGE_KEYS.then.value) ?? IMAGE_AGE_KEYS.then.default;
  return limitMs === null ? null : { limitMs, policy, at: field.at };
}

function parseLimit(field: Field): number | null {
  const limitMs = parseDurationMs(field.spelling() ?? "");
  if (limitMs !== null && limitMs > 0) return limitMs;
  field.refuse(`expected how old the image may be, found ${field.found()}`, "Write a number and a unit: 30d, 12h.");
  return null;
}

// `maxImageAge` of the config: how old the image may be, and what becomes of a boot from an older one. Pure.

import { parseDurationMs } from "../../duration.ts";
import type { ImageAgeLimit } from "../config.ts";
import type { Field } from "../yaml/field.ts";

/** `30d`, which warns, or `{ limit: 30d, then: fail }`. */
export function parseImageAge(field: Field | undefined): ImageAgeLimit | null {
  if (!field) return null;
  const isShort = field.spelling() !== undefined;
  const keys = isShort ? null : field.known(["limit", "then"], (scalar) => `{ limit: ${scalar} }`);
  if (keys !== null && !keys.has("limit")) field.refuseMissing("limit", "Add it: limit: 30d.");
  const limitField = keys === null ? field : keys.get("limit");
  const limitMs = limitField === undefined ? null : parseLimit(limitField);
  const policy = keys?.get("then")?.choice(["warn", "fail"] as const) ?? "warn";
  return limitMs === null ? null : { limitMs, policy, at: field.at };
}

function parseLimit(field: Field): number | null {
  const limitMs = parseDurationMs(field.spelling() ?? "");
  if (limitMs !== null && limitMs > 0) return limitMs;
  field.refuse(`expected how old the image may be, found ${field.found()}`, "Write a number and a unit: 30d, 12h.");
  return null;
}

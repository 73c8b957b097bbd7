// What the parts of parbake's own documents must look like, as if a stranger had written them: with --root they are an image's.
// Pure.

import type { OnChange } from "../../config/config.ts";
import { isAbsolutePath } from "../../names/plain-path.ts";
import { isRunnable } from "../../names/unit-name.ts";
import type { Attributes } from "../../host/attributes.ts";

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

export function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** SHA-256 in hexadecimal. */
export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Absolute, and it climbs nowhere. */
export function isCleanPath(value: unknown): value is string {
  return isText(value) && isAbsolutePath(value);
}

export function isAttributes(value: unknown): value is Attributes {
  if (!isRecord(value)) return false;
  const { uid, gid, mode } = value;
  return [uid, gid, mode].every(isId) && (mode as number) <= 0o7777;
}

/** Of a user or a group: (uid_t) -1 is none. */
export function isId(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0xffffffff;
}

/** What a file asks for when it changes: a unit that can be reloaded or restarted. */
export function isOnChange(value: unknown): value is OnChange {
  if (!isRecord(value) || !isText(value["unit"]) || !isRunnable(value["unit"])) return false;
  return value["action"] === "reload" || value["action"] === "restart";
}

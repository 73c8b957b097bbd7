// Reads one resolved option in the type that its rule declares. A mismatch is the profile's bug, never the user's error.

import type { Options } from "./profile.ts";

export function numberOption(options: Options, name: string): number {
  const value = options[name];
  if (typeof value === "number") return value;
  throw new TypeError(`option ${name} is ${typeof value}, not a number`);
}

export function optionalNumber(options: Options, name: string): number | null {
  return options[name] === null ? null : numberOption(options, name);
}

export function textOption(options: Options, name: string): string {
  const value = options[name];
  if (typeof value === "string") return value;
  throw new TypeError(`option ${name} is ${typeof value}, not a text`);
}

/** A choice as the key of the table that it chooses from. */
export function choiceOption<Choice extends string>(
  options: Options,
  name: string,
  table: Readonly<Record<Choice, unknown>>,
): Choice {
  const value = textOption(options, name);
  if (isKey(table, value)) return value;
  throw new TypeError(`option ${name} is '${value}', which is no choice`);
}

function isKey<Key extends string>(table: Readonly<Record<Key, unknown>>, value: string): value is Key {
  return Object.hasOwn(table, value);
}

export function booleanOption(options: Options, name: string): boolean {
  const value = options[name];
  if (typeof value === "boolean") return value;
  throw new TypeError(`option ${name} is ${typeof value}, not a boolean`);
}

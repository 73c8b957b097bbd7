// Reads one resolved option at the type that its rule declares. A mismatch is a bug of the profile, never the user's.

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

export function booleanOption(options: Options, name: string): boolean {
  const value = options[name];
  if (typeof value === "boolean") return value;
  throw new TypeError(`option ${name} is ${typeof value}, not a boolean`);
}

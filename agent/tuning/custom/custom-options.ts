// The options of a `custom` app as settings: all but `floor` are expressions. Pure.

import type { Options } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";
import { LEAST_BYTES } from "./custom-machine.ts";
import { type CustomSetting, parseSetting } from "./custom-setting.ts";
import { type Account, accountFor } from "./custom-share.ts";

/** By the options, which are the same object for every machine. */
const ACCOUNTS = new WeakMap<Options, Account>();

export function accountOf(options: Options): Account {
  const known = ACCOUNTS.get(options);
  if (known) return known;
  const account = accountFor(parseSettings(options), leastOf(options));
  ACCOUNTS.set(options, account);
  return account;
}

/** The least share, on which every expression may count. */
export function leastOf(options: Options): number {
  return Math.max(LEAST_BYTES, optionalNumber(options, "floor") ?? 0);
}

export function sourcesOf(options: Options): [name: string, source: string][] {
  return Object.entries(options).flatMap(([name, value]) => (name === "floor" ? [] : [[name, String(value)]]));
}

/** @throws ExpressionError */
export function parseSettings(options: Options): readonly CustomSetting[] {
  return sourcesOf(options).map(([name, source]) => parseSetting(name, source));
}

// The kinds of values that several keys take. Pure.

import { DURATION } from "../../duration.ts";
import { ACCOUNT_NAME, MOST_ID } from "../../names/account-name.ts";
import { PLAIN_ABSOLUTE, PLAIN_RELATIVE } from "../../names/plain-path.ts";
import { RUNNABLE } from "../../names/unit-name.ts";
import { SIZE } from "../../size.ts";
import type { KeyRules } from "./rule.ts";

export const TEXT = { kind: "text" } as const;
export const BOOLEAN = { kind: "boolean" } as const;
/** By EC2's names. */
export const ARCHITECTURE = { kind: "choice", choices: ["arm64", "x86_64"] } as const;
/** YAML reads a lone 0 as a number. */
export const SIZE_VALUE = { kind: "spelling", pattern: SIZE, least: 0, most: 0, nothing: true } as const;
export const DURATION_VALUE = { kind: "spelling", pattern: DURATION, least: 0, most: 0 } as const;
export const ABSOLUTE_PATH = { kind: "text", pattern: PLAIN_ABSOLUTE } as const;
export const RELATIVE_PATH = { kind: "text", pattern: PLAIN_RELATIVE } as const;

const ACCOUNT = { kind: "spelling", pattern: ACCOUNT_NAME, least: 0, most: MOST_ID } as const;
/** Three or four octal digits, which only quotes make clear. */
export const MODE = /^[0-7]{3,4}$/;
/** Without setuid, setgid and sticky bit. */
export const PLAIN_MODE = /^0?[0-7]{3}$/;
/** Nothing for all other users, either. */
export const PRIVATE_MODE = /^0?[0-7]{2}0$/;

export const OWNERS = {
  owner: { about: "The user that owns it: a name, or a number.", value: ACCOUNT, default: "root" },
  group: { about: "Its group: a name, or a number. Default: the owner's own.", value: ACCOUNT, examples: ["www-data"] },
} as const satisfies KeyRules;

const UNITS = {
  kind: "either",
  of: [
    { kind: "text", pattern: RUNNABLE },
    { kind: "list", of: { kind: "text", pattern: RUNNABLE } },
  ],
} as const;

export const ON_CHANGE = {
  reload: { about: "Units to reload, once, after all files are in place.", value: UNITS, examples: ["nginx.service"] },
  restart: {
    about: "Units to restart, once, after all files are in place.",
    value: UNITS,
    examples: ["postgresql@16-main.service"],
  },
} as const satisfies KeyRules;

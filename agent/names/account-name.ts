// Names and numbers of users and groups. Whether there is such an account, the machine's own files say. Pure.

import { parseInteger } from "../number.ts";

/** One less than what chown(2) takes for "leave it as it is". */
export const MOST_ID = 2 ** 32 - 2;

// What a line of passwd(5) can hold, and what no program takes for an option, a path or a list.
export const ACCOUNT_NAME = /^[^\s:,/+~\p{Cc}-][^\s:,/\p{Cc}]{0,255}$/u;

/** A name, or a number in decimal digits; what only looks like a number (`1e3`, `0x10`) is neither. */
export function isAccountName(text: string): boolean {
  if (/^\d+$/.test(text)) return parseInteger(text, 0, MOST_ID) !== null;
  return ACCOUNT_NAME.test(text) && text !== "." && text !== ".." && !Number.isFinite(Number(text));
}

export const ADVISE_ACCOUNT = `Give the name as /etc/passwd or /etc/group has it, or a number from 0 to ${MOST_ID}.`;

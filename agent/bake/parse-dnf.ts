// What `dnf check-update` prints → the packages in it: three columns, and after them those that would replace others. Pure.

import type { Update } from "./updates.ts";

/** `openssl.x86_64   1:3.2.2-1.amzn2023.0.3   amazonlinux`. A long name ends its line, and the rest comes on the next. */
const LINE = /^(\S+)\.[^\s.]+\s+(\d\S*)\s+@?[\w.:/-]+\s*$/gm;

/** @param isSecurity whether dnf was asked for security updates alone */
export function parseDnf(output: string, isSecurity: boolean): Update[] {
  const [updates = ""] = output.split(/^Obsoleting Packages/m);
  return [...updates.matchAll(LINE)].map(([, name = "", to = ""]) => ({ name, from: null, to, isSecurity }));
}

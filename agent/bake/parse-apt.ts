// What `apt-get --simulate dist-upgrade` prints → the updates that an image lacks. Pure.

import type { Update } from "./updates.ts";

/** `Inst libssl3 [3.0.16-1] (3.0.17-1 Debian:12.11/stable, Debian-Security:12/stable-security [amd64])`; a new package has no old version. */
const LINE = /^Inst (\S+) (?:\[([^\]]*)\] )?\((\S+) (.*?) ?\[[^\]]+\]\)/gm;

export function parseApt(output: string): Update[] {
  return [...output.matchAll(LINE)].map(([, name = "", from, to = "", origins = ""]) => ({
    name,
    from: from ?? null,
    to,
    // `Debian-Security:12/stable-security`, `Ubuntu:24.04/noble-security`, `UbuntuESM:24.04/noble-infra-security`.
    isSecurity: /security/i.test(origins),
  }));
}

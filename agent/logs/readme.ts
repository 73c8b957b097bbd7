// The archive's own page: what is in it, what was taken out, what is not in it. Pure.

import type { Cleaned } from "./clean-collection.ts";

interface Maker {
  /** `parbake 0.1.0 (commit …)`. */
  readonly version: string;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly madeAt: string;
  readonly user: string;
  readonly root: string;
}

export function formatReadme({ entries, missing, taken, accounts }: Cleaned, maker: Maker): string {
  const { version, host, madeAt, user, root } = maker;
  const where = root === "/" ? "" : `, of the image at ${root}`;
  const values = taken.map(({ name, kind, count }) => `  ${name}: ${count} × ${kind}`);
  const ids = `  everywhere: ${accounts} × account id, as 000000000001, …: the same one is the same account`;
  const out = [...values, ...(accounts === 0 ? [] : [ids])];
  return [
    `What ${version} knows of ${host}${where}, for a bug report. Made at ${madeAt} by ${user}.`,
    "Look through it before you give it away: what looks like a credential, and the ids of AWS accounts, were taken out, by rules.",
    "Names of hosts, units, files and secrets, addresses, and the text of config and templates are in it.",
    "",
    "In it:",
    ...entries.map(({ name, bytes }) => `  ${name}  ${bytes.length} bytes`),
    "",
    "Taken out:",
    ...(out.length === 0 ? ["  nothing"] : out),
    "",
    "Not in it:",
    ...missing.map(({ what, why }) => `  ${what}: ${why}`),
    "  /run/parbake/secrets: never read",
    "",
  ].join("\n");
}

// `seal` of the config: what it may find, and how much it minds. Pure.

import { ALLOWANCE_KEYS, DAY, FROM_ROOT, LEAST_SALT, SEAL_KEYS } from "../keys/seal-keys.ts";
import { DEFAULT_SEAL, type SealAllowance, type SealConfig } from "../seal-config.ts";
import type { Field } from "../yaml/field.ts";

/** PATH_MAX of Linux. */
const MOST_PATH = 4_096;

/** @param fields `seal` of each config file, in the order of precedence: a later salt or severity counts, and every allowance */
export function parseSeal(fields: readonly Field[]): SealConfig {
  const tops = fields.map((field) => field.known(SEAL_KEYS));
  const salt = tops.map((top) => parseSalt(top.get("salt"))).findLast((text) => text !== null) ?? DEFAULT_SEAL.salt;
  const severities = new Map(tops.flatMap((top) => parseSeverities(top.get("severity"))));
  const items = tops.flatMap((top) => top.get("allow")?.items() ?? []);
  const updates = tops
    .map((top) => top.get("updates")?.choice(SEAL_KEYS.updates.value))
    .findLast((policy) => policy !== undefined);
  return {
    salt,
    severities,
    updates: updates ?? DEFAULT_SEAL.updates,
    allow: items.flatMap((item) => parseAllowance(item, salt)),
  };
}

function parseSalt(field: Field | undefined): string | null {
  const text = field?.text() ?? null;
  if (text === null || text.length >= LEAST_SALT) return text;
  field?.refuse(`has ${text.length} characters, and ${LEAST_SALT} are the least`, "Make one: `openssl rand -hex 16`.");
  return null;
}

function parseSeverities(field: Field | undefined): [string, "fail" | "warn"][] {
  return [...(field?.entries() ?? [])].map(([kind, each]) => [
    kind,
    each.choice(SEAL_KEYS.severity.value.of) ?? "fail",
  ]);
}

function parseAllowance(field: Field, salt: string | null): SealAllowance[] {
  const keys = field.known(ALLOWANCE_KEYS);
  const text = (key: keyof typeof ALLOWANCE_KEYS): string | null => keys.get(key)?.text() ?? null;
  const [path, kind, digest, until] = [text("path"), text("kind"), text("digest"), text("until")];
  const [reason, owner] = [text("reason"), text("owner")];
  if (path === null && digest === null)
    field.refuseMissing("path", "Give path, digest or both: a kind alone would allow every credential of its kind.");
  if (digest !== null && salt === null)
    keys
      .get("digest")
      ?.refuse(
        "needs seal.salt: without it, each run has digests of its own",
        "Add `salt:`, run seal, and copy the digest.",
      );
  if (until !== null && !DAY.test(until))
    keys.get("until")?.refuse(`expected a day, found ${until.slice(0, 40)}`, "Write it like 2027-01-31.");
  if (path !== null && !FROM_ROOT.test(path))
    keys.get("path")?.refuse("expected a path from the root", "Write it as the booted machine sees it: /opt/app/**.");
  if (path !== null && path.length > MOST_PATH)
    keys.get("path")?.refuse(`has ${path.length} characters, and no path has more than ${MOST_PATH}`, "Write several.");
  return [{ path, kind, digest, reason: reason ?? "", owner: owner ?? "", until, at: field.at }];
}

// `seal` of the config. Pure.

import { DEFAULT_SEAL } from "../seal-config.ts";
import type { KeyRules } from "./rule.ts";
import { TEXT } from "./values.ts";

/** Fewer characters make no salt. */
export const LEAST_SALT = 12;
export const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** As the booted machine sees it; it may have wildcards. */
export const FROM_ROOT = /^\//;

export const ALLOWANCE_KEYS = {
  path: {
    about:
      "The files, as the shell has it: `*`, `?`, `[0-9]` and `{a,b}` within a name, `**` across folders; a backslash takes a character as it is.",
    value: { kind: "text", pattern: FROM_ROOT },
    examples: ["/opt/app/**"],
  },
  kind: { about: "The kind of credential, as `seal` printed it.", value: TEXT, examples: ["private-key"] },
  digest: { about: "The digest of one value, as `seal` printed it; it needs a salt.", value: TEXT },
  reason: {
    about: "Why it may be in the image.",
    value: TEXT,
    missing: "Say why it may be in the image: `reason: test key of the vendor's`.",
  },
  owner: {
    about: "Who answers for it.",
    value: TEXT,
    missing: "Say who answers for it: `owner: platform team`.",
  },
  until: { about: "The last day on which it holds.", value: { kind: "text", pattern: DAY }, examples: ["2027-01-31"] },
} as const satisfies KeyRules;

export const SEAL_KEYS = {
  salt: {
    about: "A text of your own that makes the digests of two runs comparable. `openssl rand -hex 16` makes one.",
    value: { kind: "text", least: LEAST_SALT },
  },
  severity: {
    about: "What a kind of finding does: fail the seal, or only warn.",
    value: { kind: "named", of: { kind: "choice", choices: ["fail", "warn"] } },
    examples: [{ "authorized-keys": "warn" }],
  },
  allow: {
    about: "Findings that are meant to be there: each with path, digest or both.",
    value: { kind: "list", of: { kind: "mapping", keys: ALLOWANCE_KEYS } },
  },
  updates: {
    about: "What a security update does that the image lacks; `ignore` asks no repository.",
    value: { kind: "choice", choices: ["fail", "warn", "ignore"] },
    default: DEFAULT_SEAL.updates,
  },
} as const satisfies KeyRules;

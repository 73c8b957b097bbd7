// What every profile owes whoever relies on it: sources, a ready template or the reason why it has none, and values that a test
// compares with literals. Finds what is missing; pure.

import type { Settings } from "../../../agent/tuning/profile/profile.ts";

export interface ProfileEvidence {
  readonly name: string;
  /** Of an app without options. */
  readonly settings: Settings;
  /** The texts of the templates that parbake ships. */
  readonly templates: readonly string[];
  /** Why it has no template; null: it needs one. */
  readonly withoutTemplate: string | null;
  /** The source of its unit test; null: it has none. */
  readonly test: string | null;
}

/** A repository, a site, a man page, one of the sources of a kernel or an interpreter, a measurement, or parbake's own reason. */
const SOURCE =
  /[\w.-]+\/[\w.-]+|\w\.(?:com|org|net|io|co)\b|\w\(\d\)|^(?:linux|systemd|libuv|v8), |^measured in |^parbake: |^the (?:option|operator|java command)\b|^[A-Z][A-Z_]+_OPTS$/;

/** A comparison with a literal: a number or a text that stands in the test itself. */
const VECTOR = /\bassert\.(?:equal|deepEqual|match)\([^;]*?(?:\d|["'`/])/g;
const LEAST_VECTORS = 2;

export function findMissing(evidence: ProfileEvidence): readonly string[] {
  return [...findUnsourced(evidence.settings), ...findNoTemplate(evidence), ...findNoVectors(evidence)];
}

function findUnsourced(settings: Settings): readonly string[] {
  return Object.entries(settings)
    .filter(([, { source }]) => !SOURCE.test(source))
    .map(([name, { source }]) => `the setting ${name} has no source that can be looked up: '${source}'`);
}

function findNoTemplate({ name, templates, withoutTemplate }: ProfileEvidence): readonly string[] {
  const printed = new RegExp(`\\bprofiles\\.(?:${name}\\b|\\[${name}\\])|\\(lookup profiles "${name}"\\)`);
  const has = templates.some((text) => printed.test(text));
  if (withoutTemplate === null) return has ? [] : [`no template prints {{profiles.${name}.…}}`];
  if (has) return ["it has a template, and a reason why it has none"];
  return withoutTemplate.trim() === "" ? ["it has no template, and no reason is given"] : [];
}

function findNoVectors({ name, test }: ProfileEvidence): readonly string[] {
  if (test === null) return [`no test/unit/tuning/*/${name}.test.ts`];
  const vectors = [...test.matchAll(VECTOR)].length;
  const isShared = /\bdescribeRedisLike\(/.test(test);
  return isShared || vectors >= LEAST_VECTORS
    ? []
    : [`its test compares ${vectors} values with literals, ${LEAST_VECTORS} at least are expected`];
}

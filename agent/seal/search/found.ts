// What the search found in one file → findings, in which no value is. Pure but for the digest's key.

import { createHmac } from "node:crypto";
import type { Finding, Place } from "../finding.ts";
import type { KnownPlace } from "../places/place.ts";
import type { Rule } from "../rules/rule.ts";
import type { Match } from "./scanner.ts";

/** Short enough to be read out, long enough that no two secrets of an image share one. */
const DIGEST_LENGTH = 16;

const FIX =
  "Remove it, let the instance fetch it at boot (`secrets:`), and replace it where it is valid; or allow it, with reason and owner (`seal.allow`).";

export type DigestOf = (secret: string) => string;

/** @param salt keeps whoever has the report from trying words until one fits */
export function saltedDigest(salt: string | Buffer): DigestOf {
  return (secret) => createHmac("sha256", salt).update(secret, "latin1").digest("hex").slice(0, DIGEST_LENGTH);
}

/** What the places of a file hold; the same bytes found by a rule are not told twice. */
export function toFindings(
  place: Place,
  head: Buffer,
  { places, matches, rules }: { places: readonly KnownPlace[]; matches: readonly Match[]; rules: readonly Rule[] },
  digestOf: DigestOf,
): Finding[] {
  const held = places.map((known) => ({ known, held: known.holds(head) })).filter((each) => each.held !== null);
  const isWhole =
    held.some((each) => each.held!.kind === "whole" && each.known.severity === "fail") ||
    held.some(({ known }) => known.id === "snakeoil-key");
  const lines = new Set(
    held.flatMap((each) => (each.held!.kind === "lines" ? each.held!.lines.map(({ line }) => line) : [])),
  );
  const told = isWhole ? [] : matches.filter(({ line }) => line === undefined || !lines.has(line));
  return [
    ...held.flatMap((each) => placeFindings(each.known, each.held!, place, head, digestOf)),
    ...told.map((match) => matchFinding(rules[match.rule]!, match, place, digestOf)),
  ];
}

function placeFindings(
  known: KnownPlace,
  held: NonNullable<ReturnType<KnownPlace["holds"]>>,
  place: Place,
  head: Buffer,
  digestOf: DigestOf,
): Finding[] {
  const { id: kind, severity, what, fix } = known;
  const finding = { kind, severity, what, fix };
  if (held.kind === "whole") return [{ ...finding, place, digest: digestOf(head.toString("latin1")) }];
  return held.lines.map(({ line, secret }) => ({ ...finding, place: { ...place, line }, digest: digestOf(secret) }));
}

function matchFinding(rule: Rule, { line, secret }: Match, place: Place, digestOf: DigestOf): Finding {
  return {
    kind: rule.id,
    severity: rule.severity,
    place: { ...place, ...(line !== undefined && { line }) },
    what: rule.what ?? "what looks like a credential of that service",
    fix: FIX,
    digest: digestOf(secret),
  };
}

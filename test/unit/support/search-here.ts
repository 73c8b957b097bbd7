// The search of `seal` in a scratch root, as its command does it.

import type { Finding } from "../../../agent/seal/finding.ts";
import { readRuleSet, type RuleSet } from "../../../agent/seal/rules/rule-set.ts";
import { saltedDigest } from "../../../agent/seal/search/found.ts";
import { newBlock, Scanner, type Match } from "../../../agent/seal/search/scanner.ts";
import { searchImage } from "../../../agent/seal/search/search-image.ts";
import { openShipped } from "../../../agent/seal/search/shipped.ts";

let set: RuleSet | null = null;

export function ruleSet(): RuleSet {
  set ??= readRuleSet();
  return set;
}

/** No archive of a test unpacks to more. */
const MOST_UNPACKED_BYTES = 32 * 1024 * 1024;

export async function searchHere(root: string, salt = "a test's salt"): Promise<readonly Finding[]> {
  const tools = {
    set: ruleSet(),
    shipped: openShipped(root),
    digestOf: saltedDigest(salt),
    breathe: async () => {},
    mostUnpackedBytes: MOST_UNPACKED_BYTES,
  };
  return (await searchImage(root, tools)).findings;
}

/** `kind path:line` of each, in order. */
export function listFound(findings: readonly Finding[]): string[] {
  return findings
    .map(
      ({ kind, place }) =>
        `${kind} ${place?.file}${place?.member ? `!${place.member}` : ""}${place?.line ? `:${place.line}` : ""}`,
    )
    .toSorted();
}

/** What the scanner finds in bytes that come in pieces of that size. */
export function scan(bytes: Buffer, path = "opt/app/file", pieceBytes = bytes.length): readonly Match[] {
  const scanner = new Scanner(ruleSet(), path, newBlock());
  for (let at = 0; at < bytes.length; at += pieceBytes) scanner.push(bytes.subarray(at, at + pieceBytes));
  return scanner.end();
}

export function kindsOf(matches: readonly Match[]): string[] {
  return matches.map(({ rule }) => ruleSet().rules[rule]!.id);
}

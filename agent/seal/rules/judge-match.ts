// Whether what a rule's expression matched is a credential: its entropy, what is allowed, its checksum. Pure.

import type { Allowance, Rule } from "./rule.ts";

/** What allows a match, whatever its rule. */
export interface Candidate {
  readonly match: RegExpExecArray;
  /** The line of the match, or what is seen of it. */
  readonly line: string;
  /** From the root, without a slash in front. */
  readonly path: string;
}

/** @returns the secret; null: it is none */
export function judgeMatch(rule: Rule, candidate: Candidate, everywhere: Allowance): string | null {
  const secret = secretOf(candidate.match, rule);
  if (rule.entropy !== undefined && entropyOf(secret) <= rule.entropy) return null;
  if (rule.accepts !== undefined && !rule.accepts(secret)) return null;
  const allowances = [everywhere, ...(rule.allow ?? [])];
  return allowances.some((allowance) => isAllowed(allowance, secret, candidate)) ? null : secret;
}

function secretOf(match: RegExpExecArray, { secretGroup }: Rule): string {
  if (secretGroup !== undefined) return match[secretGroup] ?? match[0];
  return match.slice(1).find((group) => group !== undefined && group !== "") ?? match[0];
}

function isAllowed(
  { regexes, stopwords, paths, target, all }: Allowance,
  secret: string,
  candidate: Candidate,
): boolean {
  const text = target === "match" ? candidate.match[0] : target === "line" ? candidate.line : secret;
  const lower = secret.toLowerCase();
  const holds = [
    regexes && regexes.some((regex) => regex.test(text)),
    stopwords && stopwords.some((word) => lower.includes(word)),
    paths && paths.some((path) => path.test(candidate.path)),
  ].filter((each) => each !== undefined);
  return all ? holds.every(Boolean) : holds.some(Boolean);
}

/** Shannon's, in bits for each character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / text.length) * Math.log2(count / text.length);
  return entropy;
}

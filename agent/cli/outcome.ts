// What came of one machine of those that a command is for, and what is wrong on which of them. Pure.

import type { Facts } from "../facts/facts.ts";
import type { Plan } from "../plan/plan.ts";
import { formatProblem, type Problem } from "../refusal.ts";
import { formatCount, joinWords } from "./text.ts";
import { warnBelowUseful } from "./warn-below-useful.ts";

/** A machine, and what stands in the image's way there. */
export interface Troubled {
  /** What it is called. */
  readonly type: string;
  readonly facts: Pick<Facts, "memLimitBytes">;
  readonly problems: readonly Problem[];
  /** Of them, those that a machine with more memory would not have. */
  readonly ofMachine: readonly Problem[];
}

export interface Outcome extends Troubled {
  readonly facts: Facts;
  /** Null: there can be none. */
  readonly plan: Plan | null;
}

/** What is odd on this machine, for a document that has a place for each. */
export function warningsOf({ type, plan }: Outcome): readonly Problem[] {
  return plan === null ? [] : [...plan.warnings, ...warnBelowUseful([{ type, tuning: plan }], false)];
}

/** The `types` of a JSON document. */
export function typesDocument(outcomes: readonly Outcome[]): readonly object[] {
  return outcomes.map(({ type, facts, problems }) => ({
    type,
    ok: problems.length === 0,
    vcpus: facts.vcpus,
    memoryBytes: facts.memLimitBytes,
    problems,
  }));
}

interface Found {
  readonly outcome: Troubled;
  readonly problem: Problem;
}

/**
 * The problems of all machines, each told once and with those that have it.
 * @param unasked why they are of a machine that nobody has asked for; null: somebody has
 */
export function groupProblems(outcomes: readonly Troubled[], unasked: string | null): Problem[] {
  const found = outcomes.flatMap((outcome) => outcome.problems.map((problem) => ({ outcome, problem })));
  const groups = Map.groupBy(found, keyOf);
  return [...groups.values()].map((group) => describeGroup(group, outcomes.length, unasked));
}

/** Want of memory is one problem, though its figures are each machine's own. */
function keyOf({ outcome: { ofMachine }, problem }: Found): string {
  return ofMachine.includes(problem) ? "memory" : formatProblem(problem);
}

function describeGroup(group: readonly Found[], machines: number, unasked: string | null): Problem {
  // What lacks the least says what would be enough.
  const { outcome, problem } = group.reduce((a, b) => (memoryOf(b) > memoryOf(a) ? b : a));
  const types = [...new Set(group.map((each) => each.outcome.type))];
  const isEverywhere = types.length === machines && !outcome.ofMachine.includes(problem);
  if (isEverywhere || (machines === 1 && unasked === null)) return problem;
  const isSame = group.every((each) => each.problem.what === problem.what);
  const of = isSame ? "" : `, of which ${outcome.type} has the most memory`;
  const why = unasked === null ? "" : `, ${unasked}`;
  return { ...problem, what: `on ${nameSome(types)}${why}${of}: ${problem.what}` };
}

function memoryOf({ outcome }: Found): number {
  return outcome.facts.memLimitBytes;
}

// More would hide the sentence around them.
const MOST_NAMED = 3;

/** `m7g.large, m7g.xlarge, m7g.2xlarge and 20 more`. */
export function nameSome(types: readonly string[]): string {
  const named = types.slice(0, MOST_NAMED);
  const others = types.length - named.length;
  return joinWords(others === 0 ? named : [...named, `${others} more`]);
}

/** `23 types`; their names, where they are few. */
export function nameTypes(types: readonly string[]): string {
  return types.length > MOST_NAMED ? formatCount(types.length, "type") : types.join(", ");
}

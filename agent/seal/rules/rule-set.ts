// All rules, with the automaton that says where one of them may match.

import { readFieldRules } from "./field-rules.ts";
import { buildAutomaton, type KeywordAutomaton } from "./keyword-automaton.ts";
import { OWN_RULES } from "./own-rules.ts";
import type { Allowance, Rule } from "./rule.ts";

export interface RuleSet {
  readonly source: string;
  readonly rules: readonly Rule[];
  readonly everywhere: Allowance;
  /** By number of a rule: 1 if it is for every file. */
  readonly always: Uint8Array;
  /** The rules, by number, that are for some files alone. */
  readonly sometimes: readonly number[];
  readonly automaton: KeywordAutomaton;
  /** By number of a state that ends keywords: the rules, by number, whose keyword that is. */
  readonly rulesAtEnd: readonly (readonly number[])[];
}

/** @param adapt for a search that would rather find too much. Default: the rules as they are */
export function readRuleSet(adapt: (rules: readonly Rule[]) => readonly Rule[] = (rules) => rules): RuleSet {
  const { source, rules: fieldRules, everywhere } = readFieldRules();
  const rules = adapt([...OWN_RULES, ...fieldRules]);
  const numbers = new Map<string, number[]>();
  rules.forEach(({ keywords }, number) => {
    for (const keyword of keywords) numbers.set(keyword, [...(numbers.get(keyword) ?? []), number]);
  });
  const automaton = buildAutomaton([...numbers.keys()]);
  const byKeyword = [...numbers.values()];
  const rulesAtEnd = automaton.ends.map((keywords) => [...new Set(keywords.flatMap((each) => byKeyword[each]!))]);
  const always = Uint8Array.from(rules, ({ path }) => (path === undefined ? 1 : 0));
  const sometimes = [...rules.keys()].filter((number) => always[number] === 0);
  return { source, rules, everywhere, always, sometimes, automaton, rulesAtEnd };
}

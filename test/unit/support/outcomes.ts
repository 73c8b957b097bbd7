// Outcomes of made-up machines, for what tells of them.

import type { Outcome } from "../../../agent/cli/outcome.ts";
import type { Plan } from "../../../agent/plan/plan.ts";
import type { Problem } from "../../../agent/refusal.ts";
import { GIB } from "./alone.ts";
import { SOME_FACTS } from "./some-facts.ts";

interface Given {
  readonly gib?: number;
  readonly plan?: Plan;
  readonly problems?: readonly Problem[];
  readonly ofMachine?: readonly Problem[];
}

/** @param problems those of the machine's size included */
export function outcomeOf(type: string, { gib = 8, plan, problems = [], ofMachine = [] }: Given = {}): Outcome {
  const facts = { ...SOME_FACTS, instanceType: type, memTotalBytes: gib * GIB, memLimitBytes: gib * GIB };
  return { type, facts, plan: plan ?? null, problems, ofMachine };
}

export const BROKEN: Problem = { what: "it is broken", fix: "Mend it.", at: { file: "a.hbs", line: 2 } };

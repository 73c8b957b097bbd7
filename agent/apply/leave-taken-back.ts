// What a run that nobody watches leaves alone: files that were taken back, because nobody had confirmed them.

import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import type { Problem } from "../refusal.ts";
import type { RunRecord } from "../report/run-record.ts";
import { readTakenBack, type TakenBack } from "./state/taken-back.ts";

interface Context {
  readonly root: string;
  /** Whether systemd started this process: a boot, or a reload of the unit. */
  readonly noBlock: boolean;
  readonly record: RunRecord;
  readonly log: Log;
}

/** No unit waits for them: what was there before is. */
export function leaveTakenBack(plan: Plan, { root, noBlock, record, log }: Context): Plan {
  // parbake-refresh.service waits for its units, as a person does: what tells it is that it wants the secrets alone.
  const isUnwatched = noBlock || plan.part === "secrets";
  const left = isUnwatched ? readTakenBack(root) : null;
  if (left === null || left.paths.length === 0) return plan;
  record.warn([describeLeft(left)], log);
  const paths = new Set(left.paths);
  const steps = plan.steps.filter((step) => step.kind !== "file" || !paths.has(step.path));
  // A part of the plan: what is no longer declared, and came back, stays as well.
  return { ...plan, part: plan.part ?? "possible", steps };
}

function describeLeft({ paths, at }: TakenBack): Problem {
  return {
    what: `${paths.join(", ")}: left as before, as nobody had confirmed what \`apply --confirm\` made of it (taken back at ${at})`,
    fix: "Put the config right, or keep it; then run `parbake apply`.",
  };
}

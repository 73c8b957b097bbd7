// What `check` has the image's own programs say of the files of each machine. Loaded by `check` alone.

import { describeValidation, type ValidationOutcomes } from "../apply/units/validate-files.ts";
import { formatColumns } from "../cli/columns.ts";
import type { ValidatorOptions } from "../cli/invocation.ts";
import { groupValidations } from "../cli/print/group-validations.ts";
import type { Paint } from "../cli/text.ts";
import { isRoot } from "../host/own-ids.ts";
import { runCommand } from "../host/run-command.ts";
import { validatePlans, type PlanValidation } from "../inspect/validate-plans.ts";
import type { Problem } from "../refusal.ts";
import type { Planned } from "./make-plan.ts";
import type { Session } from "./session.ts";

/** What there is to tell of a file, on whichever machine. */
interface FileValidation {
  readonly path: string;
  /** `passed`, or why its program was not asked. */
  readonly validation: string;
}

interface Validated {
  /** With what the programs refuse. */
  readonly planned: readonly Planned[];
  readonly validations: readonly FileValidation[];
}

/** @param untrusted what others than root could have written of that which tells the programs to run, or is one */
export async function validateMachines(
  planned: readonly Planned[],
  { strict, validators }: ValidatorOptions,
  untrusted: readonly Problem[],
  { options: { root }, deadline }: Session,
): Promise<Validated> {
  const forbidden = validators ? explainDistrust(untrusted) : "--no-validators";
  const plans = planned.flatMap(({ plan, problems }) => (plan === null || problems.length > 0 ? [] : [plan]));
  const results = await validatePlans(plans, { root, deadline, run: runCommand, strict, forbidden });
  const byPlan = new Map(plans.map((plan, index) => [plan, results[index]]));
  const judged = planned.map((each) => {
    const result = each.plan === null ? undefined : byPlan.get(each.plan);
    if (result?.kind !== "refused") return each;
    const { problems, code } = result.refusal;
    return { ...each, problems, code };
  });
  return { planned: judged, validations: listValidations(results) };
}

// As `apply` refuses it: even in a cell root reads what others may not.
function explainDistrust(untrusted: readonly Problem[]): string | null {
  const isInDoubt = isRoot() && untrusted.length > 0;
  return isInDoubt ? "others than root could have written what it would run: see the warnings" : null;
}

/** Of the machines on which no program refused a file; what keeps a program from being asked is the same on all. */
function listValidations(results: readonly PlanValidation[]): FileValidation[] {
  const accepted = results.flatMap((result) => (result.kind === "accepted" ? [result.outcomes] : []));
  const outcomes: ValidationOutcomes = new Map(accepted.flatMap((each) => [...each]));
  return [...outcomes].map(([path, outcome]) => ({ path, validation: describeValidation(outcome) }));
}

export function formatValidations(validations: readonly FileValidation[], paint: Paint): string {
  const rows = groupValidations(validations).map(([paths, reason]) => ["validate", paths, paint.dim(reason)]);
  return formatColumns(rows, paint, "  ");
}

export function countPassed(validations: readonly FileValidation[]): string {
  const passed = validations.filter(({ validation }) => validation === "passed").length;
  return passed === 0 ? "" : `, ${passed} validated`;
}

// `parbake plan` for machines that do not exist yet: what can be planned is shown before it is refused for what can't.

import type { Command } from "../cli/invocation.ts";
import { formatPlan, type InspectedPlan } from "../cli/print/print-plan.ts";
import { MOST_COLUMNS } from "../cli/print/print-tuning.ts";
import { loadDiff } from "../cli/print/unified-diff.ts";
import type { Image } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import type { Facts } from "../facts/facts.ts";
import { documentPlans, hasChanges, inspect } from "./inspected-plan.ts";
import type { TellOutcomes } from "./leave-junit.ts";
import { planEach, refuseProblems, type Planned } from "./make-plan.ts";
import type { Session } from "./session.ts";

type PlanCommand = Extract<Command, { kind: "plan" }>;

export async function planOthers(
  command: PlanCommand,
  image: Image,
  machines: readonly Facts[],
  session: Session,
  tell: TellOutcomes,
): Promise<Ending> {
  const planned = planEach(image, machines, command.only);
  tell(planned);
  const plans = planned.flatMap(({ plan }) => (plan === null ? [] : [plan]));
  const inspected = plans.map((plan) => inspect(plan, image, session.options.root));
  if (!session.options.json) await sayOthers(command, planned, inspected, session);
  refuseProblems(planned);
  if (session.options.json) session.emit(documentPlans(inspected, image, session));
  return command.detailedExitcode && inspected.some(hasChanges) ? "differs" : "done";
}

async function sayOthers(
  { diff, all }: PlanCommand,
  planned: readonly Planned[],
  inspected: readonly InspectedPlan[],
  { say }: Session,
): Promise<void> {
  const show = { computeDiff: diff ? await loadDiff() : null, all };
  const [only] = inspected;
  const isWhole = inspected.length === planned.length;
  if (planned.length === 1) {
    if (only) say(only, (plan, paint) => formatPlan(plan, show, paint));
    return;
  }
  const { formatPlanMatrix, formatPlans } = await import("../cli/print/print-plans.ts");
  if (isWhole && planned.length <= MOST_COLUMNS) say(inspected, (plans, paint) => formatPlans(plans, show, paint));
  else say({ planned, inspected }, (known, paint) => formatPlanMatrix(known.planned, known.inspected, show, paint));
}

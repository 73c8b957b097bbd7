// What a run has to say of its plan before it begins.

import { describeSize } from "../cli/machine-limits.ts";
import { tunedMachine } from "../cli/print/print-differences.ts";
import { formatDegraded } from "../cli/print/print-tuning.ts";
import { listUntold, warnBelowUseful } from "../cli/warn-below-useful.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import type { Problem } from "../refusal.ts";
import type { RunRecord } from "../report/run-record.ts";
import { formatBytes } from "../size.ts";
import { warnOfEnvironment } from "./open-secrets.ts";
import type { Session } from "./session.ts";

export function tellPlan(plan: Plan, session: Session, record: RunRecord): void {
  logMachine(plan, session.log);
  const belowUseful = warnBelowUseful([tunedMachine(plan)]);
  const warnings = [...plan.warnings, ...tellLeftOut(plan), ...belowUseful, ...warnOfEnvironment(plan, session)];
  record.warn(warnings, session.log);
}

// What a boot's journal starts with: the answer to most questions about the rest.
function logMachine({ facts, budget, apps }: Plan, log: Log): void {
  const what = facts.instanceType ?? "this machine";
  const shares = apps
    .filter(({ memoryBytes }) => memoryBytes > 0)
    .map(({ name, memoryBytes }) => `${name} ${formatBytes(memoryBytes)}`);
  const rest = budget.unallocatedReason === null ? [] : [`page cache ${formatBytes(budget.unallocatedBytes)}`];
  const split = [`reserve ${formatBytes(budget.reservedBytes)}`, ...shares, ...rest].join(" + ");
  log("info", `${what}${facts.region === null ? "" : ` in ${facts.region}`}: ${describeSize(facts)} = ${split}`);
  for (const app of apps) {
    const gaveUp = listUntold(app);
    if (gaveUp.length > 0) log("warn", `too little memory: ${app.name} gave up ${formatDegraded(gaveUp)}`);
  }
}

/** A service of which nothing was rendered is not there: `status` has to say so. */
function tellLeftOut({ budget: { leftOut } }: Plan): Problem[] {
  if (leftOut.length === 0) return [];
  const what = `too little memory: ${leftOut.join(", ")} left out, as optional`;
  return [{ what, fix: `Pick a larger instance type, or lower floors: \`parbake explain ${leftOut[0]}\` says why.` }];
}

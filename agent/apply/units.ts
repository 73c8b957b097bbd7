// Reloads and restarts the running units whose files changed, each once, through systemctl. Never starts a unit that does
// not run: its own start will read the new files.

import { existsSync } from "node:fs";
import type { OnChange } from "../config/config.ts";
import type { Deadline } from "../deadline.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { firstLines, type CommandResult, type RunCommand } from "./run-command.ts";

export interface UnitReport extends OnChange {
  /** `queued` where waiting would deadlock; the others say why nothing was done. */
  readonly outcome:
    | "done"
    | "queued"
    | "not running, nothing to do"
    | "no such unit"
    | "no systemd here"
    | "not done: --root"
    | "failed";
}

export interface UnitContext {
  readonly deadline: Deadline;
  readonly run: RunCommand;
  /** Do not wait for the jobs: see runsAsUnit. */
  readonly noBlock: boolean;
}

/** One action for each unit: a restart reloads as well. In the order in which the units were first named. */
export function mergeActions(actions: readonly OnChange[]): OnChange[] {
  const byUnit = new Map<string, OnChange>();
  for (const { unit, action } of actions)
    if (action === "restart" || !byUnit.has(unit)) byUnit.set(unit, { unit, action });
  return [...byUnit.values()];
}

/** Whether systemd itself started this process: parbake.service is ordered before the units that it tunes, so that a job of
 * theirs waits for us, and we must not wait for the job. */
export function runsAsUnit(environment: Readonly<Record<string, string | undefined>>, pid: number): boolean {
  return environment["SYSTEMD_EXEC_PID"] === String(pid);
}

/** Whether systemd is the init of this machine (sd_booted(3)). */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/** Every action is tried; the failed ones are `failed` in the answer, and problemsOf tells of them. */
export async function applyUnitActions(actions: readonly OnChange[], context: UnitContext): Promise<UnitOutcome[]> {
  const outcomes: UnitOutcome[] = [];
  for (const action of actions) outcomes.push(await applyUnitAction(action, context));
  return outcomes;
}

export interface UnitOutcome {
  readonly report: UnitReport;
  readonly problem: Problem | null;
}

/** Throws where a unit failed. 69: the next run does what is owed. */
export function refuseFailedUnits(outcomes: readonly UnitOutcome[]): void {
  const problems = outcomes.map(({ problem }) => problem).filter((problem) => problem !== null);
  if (problems.length > 0) throw new Refusal("unavailable", problems);
}

async function applyUnitAction(wanted: OnChange, { deadline, run, noBlock }: UnitContext): Promise<UnitOutcome> {
  const shown = await run(
    ["systemctl", "show", "--property=LoadState,ActiveState", wanted.unit],
    deadline.remainingMs(),
  );
  if (shown.kind === "absent") return outcome(wanted, "no systemd here");
  if (!isSuccess(shown)) return failed(wanted, shown);
  const state = parseProperties(shown.output);
  if (state.get("LoadState") === "not-found") return outcome(wanted, "no such unit");
  if (!isRunning(state.get("ActiveState"))) return outcome(wanted, "not running, nothing to do");
  // try-restart, for the unit may stop between our question and our order.
  const verb = wanted.action === "restart" ? "try-restart" : "reload";
  const argv = ["systemctl", verb, ...(noBlock ? ["--no-block"] : []), wanted.unit];
  const result = await run(argv, deadline.remainingMs());
  return isSuccess(result) ? outcome(wanted, noBlock ? "queued" : "done") : failed(wanted, result);
}

function isRunning(activeState: string | undefined): boolean {
  return activeState === "active" || activeState === "activating" || activeState === "reloading";
}

function parseProperties(output: string): Map<string, string> {
  return new Map(
    output.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function isSuccess(result: CommandResult): result is CommandResult & { kind: "exited" } {
  return result.kind === "exited" && result.status === 0;
}

function outcome({ unit, action }: OnChange, result: UnitReport["outcome"]): UnitOutcome {
  return { report: { unit, action, outcome: result }, problem: null };
}

function failed(wanted: OnChange, result: CommandResult): UnitOutcome {
  const said = "output" in result ? firstLines(result.output, 2) : "";
  const why = result.kind === "timed-out" ? "it did not end in time" : said || `systemctl ${result.kind}`;
  const problem = {
    what: `${wanted.unit}: ${wanted.action} failed: ${why}`,
    fix: `Look at \`journalctl -u ${wanted.unit}\`; the next run tries again.`,
  };
  return { report: { ...outcome(wanted, "failed").report }, problem };
}

// Reloads and restarts the running units whose files changed, each once, through systemctl. Never starts a unit that did not
// run: its own start will read the new files.

import { existsSync } from "node:fs";
import type { OnChange } from "../../config/config.ts";
import type { Deadline } from "../../deadline.ts";
import { describeCommandFailure, firstLines, type CommandResult, type RunCommand } from "../../host/run-command.ts";
import type { Environment } from "../../process/environment.ts";
import { type Declared, placeProblem, type Problem } from "../../refusal.ts";
import { type UnitReport, GIVEN_UP } from "../../report/report.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";
import { parseProperties } from "./unit-properties.ts";

export interface UnitContext {
  readonly deadline: Deadline;
  readonly run: RunCommand;
  /** Default: no time is noted. */
  readonly time?: TimeStep;
  /** Do not wait for the jobs: see runsAsUnit. */
  readonly noBlock: boolean;
  /** Which units that do not run were up before us, so that their end is our doing. Left out: none. */
  readonly revive?: "failed" | "all" | "none";
  /** Asked before each reload and restart, which may end this process. Left out: they are all taken. */
  readonly begin?: Begin;
}

/** One action for each unit: a restart reloads as well. In the order in which the units were first named. */
export function mergeActions(actions: readonly OwedAction[]): OwedAction[] {
  const byUnit = new Map<string, OwedAction>();
  for (const wanted of actions) {
    const { action, ...first } = byUnit.get(wanted.unit) ?? wanted;
    byUnit.set(wanted.unit, { ...first, action: wanted.action === "restart" ? "restart" : action });
  }
  return [...byUnit.values()];
}

/** Whether systemd itself started this process: parbake.service is ordered before the units that it tunes, so that a job of
 * theirs waits for us, and we must not wait for the job. */
export function runsAsUnit(environment: Environment, pid: number): boolean {
  return environment["SYSTEMD_EXEC_PID"] === String(pid);
}

/** Whether systemd is the init of this machine (sd_booted(3)). */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/** Why there are no units to act on; null: there are. */
export function findObstacle(root: string): UnitReport["outcome"] | null {
  // The units of a mounted image do not run.
  if (root !== "/") return "not done: --root";
  return hasSystemd() ? null : "no systemd here";
}

// systemd.unit(5) and systemd.generator(7): what only `daemon-reload` makes systemd read.
const MANAGER_INPUT =
  /^\/(etc|run|usr\/local\/lib|usr\/lib|lib)\/systemd\/(system|system-generators|system\.control|transient)\/|^\/etc\/(fstab|crypttab)$|^\/etc\/init\.d\/|^\/etc\/systemd\/zram-generator\.conf/;

export function isManagerInput(path: string): boolean {
  return MANAGER_INPUT.test(path);
}

export async function reloadManager({ deadline, run, time = UNTIMED }: UnitContext): Promise<Problem | null> {
  const argv = ["systemctl", "daemon-reload"];
  const timeoutMs = deadline.remainingMs();
  const result = await time("systemctl daemon-reload", () => run(argv, timeoutMs, deadline.signal));
  if (isSuccess(result) || result.kind === "absent") return null;
  return { what: explainFailure(argv, result, timeoutMs), fix: "Look at `journalctl -b _PID=1`." };
}

/** Up to the first that fails: the others are `not tried`. */
export async function applyUnitActions(actions: readonly OwedAction[], context: UnitContext): Promise<UnitOutcome[]> {
  const outcomes: UnitOutcome[] = [];
  for (const action of actions) {
    const isOver = outcomes.some(({ problem }) => problem !== null);
    const one = isOver ? outcome(action, "not tried: another failed") : await timeAction(action, context);
    outcomes.push({ ...one, problem: one.problem && placeProblem(one.problem, action) });
  }
  return outcomes;
}

/** Those that got the new files, or died of them. */
export function touchedUnits(reports: readonly UnitReport[]): OnChange[] {
  const touched = reports.filter(({ outcome: it }) => it === "done" || it === "queued" || it === "failed");
  return touched.map(({ unit, action }) => ({ unit, action }));
}

interface UnitOutcome {
  readonly report: UnitReport;
  readonly problem: Problem | null;
}

export function problemsOf(outcomes: readonly UnitOutcome[]): Problem[] {
  return outcomes.map(({ problem }) => problem).filter((problem) => problem !== null);
}

/** With systemd's answer to what the unit is doing. */
function timeAction(wanted: OwedAction, context: UnitContext): Promise<UnitOutcome> {
  const { time = UNTIMED } = context;
  return time(`${wanted.action} ${wanted.unit}`, () => applyUnitAction(wanted, context));
}

async function applyUnitAction(wanted: OnChange, context: UnitContext): Promise<UnitOutcome> {
  const { deadline, run, noBlock, revive, begin } = context;
  const question = ["systemctl", "show", "--property=LoadState,ActiveState", "--", wanted.unit];
  const askMs = deadline.remainingMs();
  const shown = await run(question, askMs, deadline.signal);
  if (shown.kind === "interrupted") return interrupted(wanted);
  if (shown.kind === "absent") return outcome(wanted, "no systemd here");
  if (!isSuccess(shown)) return failed(wanted, explainFailure(question, shown, askMs));
  const state = parseProperties(shown.output);
  if (state.get("LoadState") === "not-found") return outcome(wanted, "no such unit");
  const activeState = state.get("ActiveState");
  const isUp = isRunning(activeState);
  if (!isUp && !isRevived(activeState, revive)) return outcome(wanted, "not running, nothing to do");
  if (begin?.(`${wanted.action} ${wanted.unit}`) === false) return outcome(wanted, GIVEN_UP);
  // It may have used up its starts within the time that systemd allows for them.
  if (activeState === "failed")
    await run(["systemctl", "reset-failed", "--", wanted.unit], deadline.remainingMs(), deadline.signal);
  const argv = ["systemctl", verbFor(wanted, isUp), ...(noBlock ? ["--no-block"] : []), "--", wanted.unit];
  const timeoutMs = deadline.remainingMs();
  const result = await run(argv, timeoutMs, deadline.signal);
  if (isSuccess(result)) return outcome(wanted, noBlock ? "queued" : "done");
  return failed(wanted, explainFailure(argv, result, timeoutMs));
}

// try-restart, for the unit may stop between our question and our order.
function verbFor({ action }: OnChange, isUp: boolean): string {
  if (!isUp) return "restart";
  return action === "restart" ? "try-restart" : "reload";
}

function isRevived(activeState: string | undefined, revive: UnitContext["revive"]): boolean {
  if (revive === undefined || revive === "none") return false;
  return revive === "all" || activeState === "failed" || activeState === "deactivating";
}

function isRunning(activeState: string | undefined): boolean {
  return activeState === "active" || activeState === "activating" || activeState === "reloading";
}

function isSuccess(result: CommandResult): result is CommandResult & { kind: "exited" } {
  return result.kind === "exited" && result.status === 0;
}

function outcome({ unit, action }: OnChange, result: UnitReport["outcome"]): UnitOutcome {
  return { report: { unit, action, outcome: result }, problem: null };
}

/** The unit was not told of the new files yet, so it need not be told of the old ones. */
function interrupted(wanted: OnChange): UnitOutcome {
  const problem = { what: `${wanted.unit}: ${wanted.action} was interrupted`, fix: "Run parbake again." };
  return { ...outcome(wanted, "not tried: stopped"), problem };
}

function failed(wanted: OnChange, why: string): UnitOutcome {
  const problem = {
    what: `${wanted.unit}: ${why}`,
    fix: `Look at \`journalctl -u ${wanted.unit}\`.`,
  };
  return { ...outcome(wanted, "failed"), problem };
}

/** Which program, how it ended, and what it said. */
function explainFailure(argv: readonly string[], result: CommandResult, timeoutMs: number): string {
  const said = "output" in result ? firstLines(result.output, 2) : "";
  return `\`${argv.join(" ")}\` failed: ${describeCommandFailure(result, timeoutMs)}${said === "" ? "" : `: ${said}`}`;
}

/** With the place of the first that asks for it. */
export type OwedAction = OnChange & Declared;

/** Whether the step may be taken; false: it is given up. */
export type Begin = (step: string) => boolean;

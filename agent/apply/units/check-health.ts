// Asks, after the reloads, whether what reads the changed files is well. Each question once, without a shell; never shows what
// a program says of a file that holds secrets.

import type { Deadline } from "../../deadline.ts";
import { describeCommandFailure, firstLines, type RunCommand } from "../../host/run-command.ts";
import { type Declared, declaredAt, Refusal } from "../../refusal.ts";
import { GIVEN_UP, type UnitReport, type HealthReport } from "../../report/report.ts";
import { UNTIMED, type TimeStep } from "../../time-step.ts";
import { type Begin } from "./unit-actions.ts";

/** A service that needs longer to come up is asked by a check that waits itself, up to this. */
const TIMEOUT_MS = 30_000;

interface HealthContext {
  readonly root: string;
  readonly deadline: Deadline;
  readonly run: RunCommand;
  /** Default: no time is noted. */
  readonly time?: TimeStep;
  readonly noBlock: boolean;
  readonly begin?: Begin;
}

/** Answers with one report for each check, and a refusal for each that failed. */
export async function checkHealth(
  checks: readonly HealthCheck[],
  units: readonly UnitReport[],
  context: HealthContext,
): Promise<{ readonly reports: HealthReport[]; readonly refusals: Refusal[] }> {
  const reports: HealthReport[] = [];
  const known = new Map<string, Answer>();
  for (const check of checks) {
    const obstacle = findObstacle(check, units, context);
    const question = JSON.stringify(check.argv);
    if (obstacle === null && !known.has(question)) known.set(question, await askOnce(check, context));
    const answer = known.get(question) ?? null;
    const result = answer === GIVEN_UP ? GIVEN_UP : answer === null ? "passed" : "failed";
    reports.push({ path: check.path, outcome: obstacle ?? result });
  }
  return { reports, refusals: [...known.values()].filter((answer) => answer instanceof Refusal) };
}

type Answer = Refusal | typeof GIVEN_UP | null;

async function askOnce(check: HealthCheck, context: HealthContext): Promise<Answer> {
  const mayBegin = context.begin?.(`the health check ${check.argv.join(" ")}`) ?? true;
  return mayBegin ? ask(check, context) : GIVEN_UP;
}

function findObstacle(check: HealthCheck, units: readonly UnitReport[], context: HealthContext): string | null {
  if (context.root !== "/") return "not checked: --root";
  if (context.noBlock) return "not checked: systemd holds the units' jobs until parbake ends";
  const own = units.filter(({ unit }) => check.units.includes(unit));
  return own.length > 0 && !own.some(({ outcome }) => outcome === "done") ? "not checked: no unit of it runs" : null;
}

async function ask(
  { path, argv, holdsSecrets, at }: HealthCheck,
  { deadline, run, time = UNTIMED }: HealthContext,
): Promise<Refusal | null> {
  const timeoutMs = Math.min(TIMEOUT_MS, deadline.remainingMs());
  const result = await time(`health check of ${path}`, () => run(argv, timeoutMs, deadline.signal));
  if (result.kind === "exited" && result.status === 0) return null;
  const said = "output" in result && !holdsSecrets ? firstLines(result.output, 3) : "";
  const why = `${describeCommandFailure(result, timeoutMs)}${said === "" ? "" : `: ${said}`}`;
  // This says nothing of the files: the same ones may pass the next time.
  const isRetryable = result.kind === "timed-out" || result.kind === "not-started";
  return new Refusal(isRetryable ? "system" : "data", {
    what: `${path} fails its health check \`${argv.join(" ")}\`: ${why}`,
    fix: "Fix the template, or the check.",
    ...declaredAt(at),
  });
}

/** Run against a changed file when its units have it. */
export interface HealthCheck extends Declared {
  readonly path: string;
  readonly argv: readonly string[];
  /** Those that are reloaded or restarted for the file. */
  readonly units: readonly string[];
  readonly holdsSecrets: boolean;
}

// `parbake ready UNIT`: whether all that a unit needs of parbake is in place, and if not, what it waits for. What
// parbake-ready@.service runs before the unit starts. Needs no config, no root and no network.

import { readFailures, tellNoRetry } from "../apply/state/failures.ts";
import { wasLockTaken } from "../apply/state/lock.ts";
import { readRunning } from "../apply/state/running-run.ts";
import { isReady } from "../apply/units/readiness.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import { isNamed } from "../inspect/named-units.ts";
import { describeRunning } from "../inspect/unfinished-runs.ts";
import { templateOf } from "../names/unit-name.ts";
import { formatFinding, Refusal, type Problem } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";
import type { Session } from "./session.ts";

/** @throws Refusal `unavailable` where it is not */
export async function runReady({ unit }: Extract<Command, { kind: "ready" }>, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const isThere = isReady(options.root, unit);
  const waitsFor = isThere ? [] : await findWait(unit, options.root);
  const named = isNamed(options.root, unit);
  if (options.json) emit({ schema: 1, unit, ready: isThere, named, waitsFor });
  else if (isThere) say({ unit, named }, formatReady);
  if (isThere) return "done";
  if (options.json) return "unavailable";
  throw new Refusal("unavailable", waitsFor);
}

// Any unit may wait for a whole run: a unit that parbake does not know is not an error, but may be misspelt.
function formatReady({ unit, named }: { readonly unit: string; readonly named: boolean | null }): string {
  if (named !== false) return `${unit} has all that it needs of parbake\n`;
  return `${unit} has all that it needs of parbake, which knows no unit of that name: is it spelt as systemd spells it?\n`;
}

async function findWait(unit: string, root: string): Promise<readonly Problem[]> {
  try {
    return await explainWait(unit, root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map((problem) => tell(`${unit} waits for parbake, whose last run is not known`, problem));
  }
}

async function explainWait(unit: string, root: string): Promise<Problem[]> {
  const [report, running] = [readReport(root), readRunning(root)];
  const goesOn = running && {
    what: `${unit} waits for parbake: ${describeRunning(running)}`,
    fix: "Wait for its end.",
  };
  if (report === null) {
    if (goesOn !== null) return [goesOn];
    if (wasLockTaken(root)) {
      const fix =
        "See why: df /run, journalctl -u parbake.service. Then run it: systemctl reload-or-restart parbake.service";
      return [{ what: `${unit} waits for parbake, whose last run left no report`, fix }];
    }
    const { why, fix } = await (await import("./ask-why-idle.ts")).askWhyIdle(root);
    return [{ what: `${unit} waits for parbake, which has not run since the machine started${why}`, fix }];
  }
  const names = [unit, templateOf(unit)];
  const held = report.held.filter(({ units }) => units.some((name) => names.includes(name)));
  const own = held.flatMap(({ what, because }) => because.map((reason) => tell(`${unit} waits for ${what}`, reason)));
  const others = report.problems.map((reason) => tell(`${unit} waits for a run of parbake that ends well`, reason));
  const because = own.length > 0 ? own : others;
  if (because.length > 0) return sayGivenUp(because, readFailures(root)?.givenUp ?? null);
  if (goesOn !== null) return [goesOn];
  // To start a service that is active already would do nothing.
  const fix = "Run it whole: systemctl reload-or-restart parbake.service";
  const what = `${unit} waits for a whole run of parbake: the last was a part of one, or its mark in /run/parbake/ready was removed`;
  return [{ what, fix }];
}

function tell(wait: string, reason: Problem): Problem {
  return { what: `${wait}: ${formatFinding(reason)}`, fix: reason.fix };
}

/** Once, at the end. @param givenUp null: parbake tries again by itself */
function sayGivenUp(problems: readonly Problem[], givenUp: string | null): Problem[] {
  if (givenUp === null) return [...problems];
  return problems.map((problem, index) =>
    index === problems.length - 1 ? { ...problem, fix: `${problem.fix} ${tellNoRetry(givenUp)}` } : problem,
  );
}

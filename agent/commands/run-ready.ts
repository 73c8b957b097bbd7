// `parbake ready UNIT`: whether all that a unit needs of parbake is in place, and if not, what it waits for. What
// parbake-ready@.service runs before the unit starts. Needs no config, no root and no network.

import { isReady } from "../apply/readiness.ts";
import { readReport, type Report } from "../apply/report.ts";
import type { Command } from "../cli/invocation.ts";
import { templateOf } from "../names/unit-name.ts";
import { formatFinding, Refusal, type Problem } from "../refusal.ts";
import type { Session } from "./session.ts";

/** @throws Refusal `unavailable` where it is not */
export function runReady({ unit }: Extract<Command, { kind: "ready" }>, session: Session): number {
  const { options, emit, say } = session;
  const isThere = isReady(options.root, unit);
  const waitsFor = isThere ? [] : findWait(unit, options.root);
  if (options.json) emit({ schema: 1, unit, ready: isThere, waitsFor });
  else if (isThere) say(unit, (name) => `${name} has all that it needs of parbake\n`);
  if (isThere) return 0;
  if (options.json) return NOT_READY;
  throw new Refusal("unavailable", waitsFor);
}

const NOT_READY = 69;

function findWait(unit: string, root: string): readonly Problem[] {
  try {
    return explainWait(unit, readReport(root));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.problems.map((problem) => tell(`${unit} waits for parbake, whose last run is not known`, problem));
  }
}

function explainWait(unit: string, report: Report | null): Problem[] {
  if (report === null) {
    const fix = "Start it: systemctl start parbake.service";
    return [{ what: `${unit} waits for parbake, which has not run since the machine started`, fix }];
  }
  const names = [unit, templateOf(unit)];
  const held = report.held.filter(({ units }) => units.some((name) => names.includes(name)));
  const own = held.flatMap(({ what, because }) => because.map((reason) => tell(`${unit} waits for ${what}`, reason)));
  if (own.length > 0) return own;
  const others = report.problems.map((reason) => tell(`${unit} waits for a run of parbake that ends well`, reason));
  if (others.length > 0) return others;
  const fix = "Run it whole: systemctl start parbake.service";
  return [{ what: `${unit} waits for parbake, whose last run was only a part of one`, fix }];
}

function tell(wait: string, reason: Problem): Problem {
  return { what: `${wait}: ${formatFinding(reason)}`, fix: reason.fix };
}

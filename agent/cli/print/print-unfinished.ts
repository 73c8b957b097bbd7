// Runs that go on or were cut short, for people who read a status or a plan. Pure.

import {
  describeRunning,
  type Interruption,
  type TrialStatus,
  type UnfinishedRuns,
} from "../../inspect/unfinished-runs.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";

export type Unfinished = Pick<UnfinishedRuns, "running" | "interruptions" | "trials">;

const CUT_SHORT: Readonly<Record<Interruption["phase"], readonly [amid: string, next: string]>> = {
  swap: ["while it replaced files", "the next run restores the old files, then starts anew"],
  act: [
    "with its new files in place, while it reloaded or restarted units",
    "the next run reloads or restarts the rest, and restores the old files if one fails",
  ],
  rollback: ["while it restored the old files", "the next run completes that, then starts anew"],
  settle: ["when only tidying up was left", "the next run does it"],
  confirm: ["while it waited for `parbake confirm`", "the next run, or `parbake revert`, restores the old files"],
  unreadable: ["and its journal cannot be read", "the next run discards the journal and starts anew"],
};

export function formatInterruption({ phase, since, paths }: Interruption, paint: Paint): string {
  const [amid, next] = CUT_SHORT[phase];
  const began = since === null ? "" : `, which began to change files at ${since},`;
  const lines = [`a run${began} was cut short ${amid}:`, next, ...paths.map((path) => `  ${path}`)];
  return formatColumns(
    lines.map((line, index) => [index === 0 ? paint.yellow("cut short") : "", line]),
    paint,
  );
}

export function formatTrial({ until, paths }: TrialStatus, paint: Paint): string {
  const what = `until ${until}: run \`parbake confirm\` to keep what the last run did, or \`parbake revert\``;
  const lines = [what, ...paths.map((path) => `  ${path}`)];
  return formatColumns(
    lines.map((line, index) => [index === 0 ? paint.yellow("waits") : "", line]),
    paint,
  );
}

/** Printed before a plan, which shows only what changes after that. */
export function formatUnfinished({ running, interruptions, trials }: Unfinished, paint: Paint): string {
  const goingOn =
    running === null ? "" : `${paint.yellow(describeRunning(running))}: the plan shows what it has not done yet\n`;
  const waiting = trials.map((each) => formatTrial(each, paint));
  return goingOn + [...waiting, ...interruptions.map((each) => formatInterruption(each, paint))].join("");
}

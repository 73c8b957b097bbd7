// What of a run is not over, for people who look at the status or at a plan. Pure.

import { describeRunning, type Interruption, type UnfinishedRuns } from "../../inspect/unfinished-runs.ts";
import { formatColumns, type Paint } from "../text.ts";

export type Unfinished = Pick<UnfinishedRuns, "running" | "interruptions">;

const CUT_SHORT: Readonly<Record<Interruption["phase"], readonly [amid: string, next: string]>> = {
  swap: ["while it swapped files in", "the next run puts the old files back, and begins anew"],
  act: [
    "with its new files in place, while it told the units of them",
    "the next run tells them, and puts the old files back where one fails",
  ],
  rollback: ["while it put the old files back", "the next run goes on with that, and begins anew"],
  settle: ["when all was done but the tidying up", "the next run does that"],
  unreadable: ["and its journal cannot be read", "the next run forgets it, and begins anew"],
};

export function formatInterruption({ phase, since, paths }: Interruption, paint: Paint): string {
  const [amid, next] = CUT_SHORT[phase];
  const began = since === null ? "" : `, which began to change files at ${since},`;
  const lines = [`a run${began} was cut short ${amid}:`, next, ...paths.map((path) => `  ${path}`)];
  return formatColumns(lines.map((line, index) => [index === 0 ? paint.yellow("cut short") : "", line]));
}

/** Before a plan, which tells what is to change after that. */
export function formatUnfinished({ running, interruptions }: Unfinished, paint: Paint): string {
  const goingOn =
    running === null ? "" : `${paint.yellow(describeRunning(running))}: what it has not done yet is told\n`;
  return goingOn + interruptions.map((each) => formatInterruption(each, paint)).join("");
}

// What `apply --confirm` adds to a run: its trial, and the end of its timer where the run fails. Loads the rest only then.

import type { ApplyOptions } from "../apply/apply-options.ts";
import { findObstacle } from "../apply/units/unit-actions.ts";
import { runCommand } from "../host/run-command.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

/** What takes a run back has to outlive it. */
export function refuseWithoutSystemd(): void {
  if (findObstacle("/") === null) return;
  throw new Refusal("system", {
    what: "--confirm needs systemd, which does not run here: nothing would take the files back once this process is gone",
    fix: "Leave it out, and look first: parbake plan --diff.",
  });
}

export interface OpenTrial {
  readonly start: ApplyOptions["startTrial"] & {};
  /** Of a run that failed: where its files are back already, no timer has to do it. */
  readonly giveUp: () => Promise<void>;
}

export async function openTrial(durationMs: number, session: Session): Promise<OpenTrial> {
  const { startTrial } = await import("../apply/confirm/start-trial.ts");
  // Before that, a timer that runs is another run's.
  let isBegun = false;
  return {
    start: (transaction, context) => {
      isBegun = true;
      return startTrial(transaction, durationMs, context);
    },
    giveUp: async () => {
      if (isBegun) await stopTimerIfBack(session);
    },
  };
}

async function stopTimerIfBack({ options: { root }, end, log }: Session): Promise<void> {
  const { findTrials } = await import("../apply/confirm/find-trials.ts");
  if (findTrials(root, null).length > 0) return;
  const { stopTimer } = await import("../apply/confirm/revert-timer.ts");
  await stopTimer({ run: runCommand, deadline: end, log });
}

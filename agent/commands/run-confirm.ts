// `parbake confirm`: what `apply --confirm` did stays. Needs no config and no network.

import { findTrials, refuseUnreadable, type OpenTrial } from "../apply/confirm/find-trials.ts";
import { stopTimer } from "../apply/confirm/revert-timer.ts";
import { LOCK_WAIT_MS, takeLock } from "../apply/state/lock.ts";
import { isSameBoot } from "../apply/transaction/journal.ts";
import { settle } from "../apply/transaction/transaction.ts";
import type { Ending } from "../ending.ts";
import { tellOfSelf } from "../host/inputs/judge-programs.ts";
import { runCommand } from "../host/run-command.ts";
import { Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

/** @throws Refusal where there is something to confirm, and it can't be */
export async function runConfirm({ options, inputs, deadline, end, log, emit, say }: Session): Promise<Ending> {
  const { root } = options;
  tellOfSelf(inputs);
  const lock = await takeLock(root, LOCK_WAIT_MS, deadline.signal);
  try {
    const trials = findTrials(root, null);
    if (trials.length === 0) refuseUnreadable(root);
    trials.forEach(refuseUnfit);
    const context = { root, deadline, wayBack: end, log, run: runCommand, noBlock: false };
    for (const trial of trials) settle(trial, context);
    if (trials.length > 0) await stopTimer(context);
    const confirmed = trials.map(({ trial: { runId }, journal }) => ({ runId, paths: pathsOf(journal) }));
    if (options.json) emit({ schema: 1, confirmed });
    else say(confirmed, formatConfirmed);
    return trials.length > 0 ? "done" : "differs";
  } finally {
    lock.release();
  }
}

// What only a part of the units has heard of is not what somebody has tried.
function refuseUnfit({ journal }: OpenTrial): void {
  if (journal.phase === "confirm" && isSameBoot(journal)) return;
  const why = isSameBoot(journal) ? "it was cut short" : "the machine has started anew since";
  throw new Refusal("data", {
    what: `what \`apply --confirm\` did cannot be confirmed: ${why}`,
    fix: "Take it back: parbake revert. Then apply once more.",
  });
}

function pathsOf({ changes }: OpenTrial["journal"]): string[] {
  return changes.map(({ path }) => path);
}

type Confirmed = readonly { readonly runId: string; readonly paths: readonly string[] }[];

function formatConfirmed(confirmed: Confirmed): string {
  if (confirmed.length === 0) return "nothing waits for a confirmation: see parbake status\n";
  return confirmed.flatMap(({ paths }) => paths.map((path) => `stays ${path}\n`)).join("");
}

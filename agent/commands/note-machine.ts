// Notes in a run's record which machine it runs on, and tells where the last run saw another, or one of another size.

import {
  compareMachines,
  describeMachine,
  describeResize,
  knowsMore,
  readLastMachine,
  writeLastMachine,
  type Machine,
} from "../apply/state/last-machine.ts";
import { tellFailure } from "../bug.ts";
import type { Facts } from "../facts/facts.ts";
import type { Log } from "../log.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { RunRecord } from "../report/run-record.ts";

/** @param assetTag the instance's id by the firmware, which is asked before IMDS */
export function noteMachine(record: RunRecord, facts: Facts, assetTag: string | null, root: string, log: Log): void {
  const { instanceType, memTotalBytes, vcpus } = facts;
  const now: Machine = { instanceId: assetTag ?? facts.instanceId, instanceType, memTotalBytes, vcpus };
  const before = readBefore(record, root, log);
  const change = before === null ? "same" : compareMachines(before, now);
  record.machine = { ...now, change, before: change === "same" ? null : before };
  record.isMachineNew = before === null || change !== "same" || knowsMore(before, now);
  if (before === null || change === "same") return;
  if (change === "another") return record.warn([tellAnother(before, now)], log);
  log("info", describeResize(before, now));
}

/** A record that can't be read is a warning, and written anew. */
function readBefore(record: RunRecord, root: string, log: Log): Machine | null {
  try {
    const found = readLastMachine(root);
    return found.kind === "read" ? found.document : null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    record.warn(error.problems, log);
    return null;
  }
}

function tellAnother(before: Machine, now: Machine): Problem {
  const was = `${before.instanceId}, ${describeMachine(before)}`;
  return {
    what: `the last run here was on another instance (${was}) than this one (${now.instanceId}, ${describeMachine(now)}): the image was made of a machine that had run`,
    fix: "Its secrets are dropped, and fetched anew. Let `parbake seal --clean` be a bake's last step: it removes what belongs to one instance.",
  };
}

/** At the end of a run, for the next; another instance's record is replaced as soon as its secrets are gone. */
export function keepMachine({ machine, isMachineNew }: RunRecord, root: string, log: Log): void {
  if (machine === null || !isMachineNew || machine.change === "another") return;
  try {
    // A run that was not told its id forgets nobody's: by that the next knows whether it is on a copy.
    writeLastMachine(root, { ...machine, instanceId: machine.instanceId ?? machine.before?.instanceId ?? null });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log("warn", `which machine this is could not be written down: ${tellFailure(error)}`);
  }
}

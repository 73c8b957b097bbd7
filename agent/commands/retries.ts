// What follows from how a run of parbake.service ended: whether parbake-retry.timer tries again, and what the first run that ends
// well after others have failed puts in order. Loaded only where a run has failed. Never fails a run itself: where it cannot
// write, the timer tries again.

import {
  countFailure,
  forgetFailures,
  readFailures,
  takeUpAgain,
  tellNoRetry,
  writeFailures,
  type Failures,
} from "../apply/state/failures.ts";
import { hasSystemd } from "../apply/units/unit-actions.ts";
import { attempt } from "../host/attempt.ts";
import { runCommand } from "../host/run-command.ts";
import { Refusal } from "../refusal.ts";
import { isStop } from "../stop.ts";

const TIMEOUT_MS = 2_000;

/** Whatever kills this run, the timer tries again. */
export function beginAgain(root: string): void {
  attempt(undefined, () => takeUpAgain(root));
}

/** @returns what to tell of it; null: parbake tries again by itself, or was asked to stop */
export async function noteFailure(root: string, failure: unknown): Promise<string | null> {
  const failures = countFailure(
    failure,
    attempt(null, () => readFailures(root)),
  );
  if (!tryWrite(root, failures) || failures.givenUp === null) return null;
  // An earlier failure started it; this one's mark keeps it from being started again.
  if (failures.count > 1) await order("stop", "parbake-retry.timer");
  if (failure instanceof Refusal && isStop(failure)) return null;
  return tellNoRetry(failures.givenUp);
}

/** No timer is needed any more, and units wait that only the failed runs held. */
export async function noteRecovery(root: string): Promise<void> {
  attempt(undefined, () => forgetFailures(root));
  await order("stop", "parbake-retry.timer");
  await order("start", "parbake-held.service");
}

/** Not waited for: systemd holds such a job until this process has ended. */
async function order(verb: "start" | "stop", unit: string): Promise<void> {
  if (hasSystemd()) await runCommand(["systemctl", verb, "--no-block", "--", unit], TIMEOUT_MS);
}

function tryWrite(root: string, failures: Failures): boolean {
  return attempt(false, () => {
    writeFailures(root, failures);
    return true;
  });
}

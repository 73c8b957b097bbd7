// Waits for the end of a run that goes on, or that is about to begin; never longer than the deadline. Looks four times a second: a
// run that is killed tells nobody.

import { readLockHolder, wasLockTaken } from "../apply/state/lock.ts";
import { hasSystemd } from "../apply/units/unit-actions.ts";
import { wait } from "../backoff.ts";
import { attempt } from "../host/attempt.ts";
import { runCommand } from "../host/run-command.ts";
import { RUNNING_UNITS } from "../names/running-units.ts";
import { readReport } from "../report/report-file.ts";
import type { Session } from "./session.ts";

const POLL_MS = 250;

/** What systemd says of parbake's own runs; null: it is not there, or does not say. */
type AskSystemd = (timeoutMs: number, signal: AbortSignal) => Promise<"to come" | "none" | null>;

/** @returns false where the time was up first */
export async function waitForRun(
  { options: { root }, deadline, progress }: Pick<Session, "options" | "deadline" | "progress">,
  ask: AskSystemd = askSystemd,
): Promise<boolean> {
  const end = progress.begin("waiting for a run to end");
  try {
    while (!(await isOver(root, () => ask(deadline.remainingMs(), deadline.signal)))) {
      if (deadline.remainingMs() <= POLL_MS) return false;
      await wait(POLL_MS, deadline.signal);
    }
    return true;
  } finally {
    end();
  }
}

/**
 * Whether no run goes on, and none is about to begin. Of the latter systemd knows, whose queue has parbake.service from the
 * beginning of a boot. Without systemd somebody else starts parbake, and who waits for it expects that: until then, it is to come.
 */
async function isOver(root: string, ask: () => ReturnType<AskSystemd>): Promise<boolean> {
  if (attempt(null, () => readLockHolder(root)) !== null) return false;
  const known = await ask();
  if (known !== null) return known === "none";
  return wasLockTaken(root) || attempt(null, () => readReport(root)) !== null;
}

async function askSystemd(timeoutMs: number, signal: AbortSignal): ReturnType<AskSystemd> {
  if (!hasSystemd()) return null;
  const result = await runCommand(
    ["systemctl", "show", "--property=ActiveState,Job", "--", ...RUNNING_UNITS],
    timeoutMs,
    signal,
  );
  if (result.kind !== "exited" || result.status !== 0) return null;
  return /^(?:ActiveState=(?:activating|reloading|deactivating)|Job=[1-9]\d*)$/m.test(result.output)
    ? "to come"
    : "none";
}

// The timer that takes a run back if nobody confirms it. systemd's, so that it outlives the session and this process; a reboot ends it,
// and then the boot's run does its work.

import type { Deadline } from "../../deadline.ts";
import { describeCommandFailure, firstLines, type RunCommand } from "../../host/run-command.ts";
import type { Log } from "../../log.ts";
import { EXIT_STATUS, Refusal } from "../../refusal.ts";

const UNIT = "parbake-revert";
const TIMER = `${UNIT}.timer`;

export interface TimerContext {
  readonly run: RunCommand;
  readonly deadline: Deadline;
  readonly log: Log;
}

/** @throws Refusal where systemd does not take it */
export async function startTimer(runId: string, durationMs: number, context: TimerContext): Promise<void> {
  // One that an earlier run left has nothing to take back any more.
  await stopTimer(context);
  const { run, deadline } = context;
  const argv = [...commandOf(durationMs), "--", process.execPath, "revert", "--run", runId];
  const timeoutMs = deadline.remainingMs();
  const result = await run(argv, timeoutMs, deadline.signal);
  if (result.kind === "exited" && result.status === 0) return;
  const said = "output" in result ? firstLines(result.output, 2) : "";
  const why = describeCommandFailure(result, timeoutMs);
  throw new Refusal("system", {
    what: `\`systemd-run\` failed, so nothing would take the files back: ${why}${said === "" ? "" : `: ${said}`}`,
    fix: "Nothing was changed. Put that right, or leave --confirm out.",
  });
}

function commandOf(durationMs: number): string[] {
  const properties = {
    // Another run may hold the lock for longer than parbake waits for it, and a file system may be full.
    Restart: "on-failure",
    RestartSec: "10s",
    // A journal that can't be read stays so.
    RestartPreventExitStatus: String(EXIT_STATUS.data),
    SyslogIdentifier: "parbake",
    StandardError: "journal+console",
    UMask: "0077",
    LimitCORE: "1",
  };
  return [
    "systemd-run",
    "--quiet",
    "--collect",
    `--unit=${UNIT}`,
    "--description=Take back what nobody has confirmed (parbake apply --confirm)",
    `--on-active=${Math.ceil(durationMs / 1_000)}s`,
    "--timer-property=AccuracySec=1s",
    ...Object.entries(properties).map(([name, value]) => `--property=${name}=${value}`),
  ];
}

/** One that goes on does no harm: it names its run, of which nothing waits any more. */
export async function stopTimer({ run, deadline, log }: TimerContext): Promise<void> {
  const result = await run(["systemctl", "stop", TIMER], deadline.remainingMs(), deadline.signal);
  if (result.kind !== "exited") log("debug", `${TIMER} could not be stopped: ${result.kind}`);
}

/** Whether the boot's run is there to take back what a reboot finds unconfirmed. */
export async function isBootRunEnabled({ run, deadline }: TimerContext): Promise<boolean> {
  const result = await run(["systemctl", "is-enabled", "parbake.service"], deadline.remainingMs(), deadline.signal);
  return result.kind === "exited" && result.status === 0;
}

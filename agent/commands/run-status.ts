// `parbake status`: whether the machine is as parbake left it. Needs no config, no root and no network.

import type { Command } from "../cli/invocation.ts";
import { formatStatus, statusDocument } from "../cli/print/print-status.ts";
import type { Ending } from "../ending.ts";
import { gatherStatus } from "../inspect/gather-status.ts";
import type { Session } from "./session.ts";

export async function runStatus({ wait }: Extract<Command, { kind: "status" }>, session: Session): Promise<Ending> {
  const { options, emit, say, log } = session;
  const isOver = !wait || (await (await import("./wait-for-run.ts")).waitForRun(session));
  const status = gatherStatus(options.root, Date.now());
  if (options.json) emit(statusDocument(status));
  else say(status, formatStatus);
  if (isOver) return status.inSync ? "done" : "differs";
  log("warn", "time is up, and no run has come to its end; --deadline waits longer");
  return "locked";
}

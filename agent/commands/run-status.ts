// `parbake status`: whether the machine is as parbake left it. Needs no config, no root and no network.

import { formatStatus, statusDocument } from "../cli/print/print-status.ts";
import type { Ending } from "../ending.ts";
import { gatherStatus } from "../inspect/gather-status.ts";
import type { Session } from "./session.ts";

export function runStatus({ options, emit, say }: Session): Ending {
  const status = gatherStatus(options.root, Date.now());
  if (options.json) emit(statusDocument(status));
  else say(status, formatStatus);
  return status.inSync ? "done" : "differs";
}

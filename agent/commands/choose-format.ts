// How the log is written where nobody has asked for a format: for the journal where systemd reads it.

import type { LogFormat } from "../cli/invocation.ts";
import { isJournal } from "../process/journal-stream.ts";
import type { World } from "./world.ts";

export function chooseFormat(
  asked: LogFormat | null,
  { environment, isTerminalError }: Pick<World, "environment" | "isTerminalError">,
): LogFormat {
  return asked ?? (isJournal(environment, isTerminalError) ? "journal" : "text");
}

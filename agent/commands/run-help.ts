// `parbake help` and `--help`.

import { formatHelp } from "../cli/help.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import type { Session } from "./session.ts";

export function runHelp({ topic }: Extract<Command, { kind: "help" }>, { say }: Session): Ending {
  say(topic, formatHelp);
  return "done";
}

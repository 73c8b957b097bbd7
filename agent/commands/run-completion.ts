// `parbake completion`: prints what the packages bring for a shell, for a machine with the binary alone. Needs no config, no root and no network.

import { formatCompletion } from "../cli/completion/format-completion.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import type { Session } from "./session.ts";

export function runCompletion({ shell }: Extract<Command, { kind: "completion" }>, { emitText }: Session): Ending {
  emitText(formatCompletion(shell));
  return "done";
}

// `parbake apply` as systemd runs it: after a failure, the next run that ends well starts what was held.

import { haveFailed } from "../apply/state/failures.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import { runApply } from "./run-apply.ts";
import type { Session } from "./session.ts";

export async function runUnit(command: Extract<Command, { kind: "apply" }>, session: Session): Promise<Ending> {
  const { root } = session.options;
  if (!haveFailed(root)) return runApply(command, session);
  const { beginAgain, noteRecovery } = await import("./retries.ts");
  beginAgain(root);
  const ending = await runApply(command, session);
  await noteRecovery(root);
  return ending;
}

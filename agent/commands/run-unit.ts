// `parbake apply` as systemd runs it: a run that ends well forgets what the failed ones before it have left, and starts what was held.

import { haveFailed } from "../apply/state/failures.ts";
import { forgetTold } from "../apply/state/told.ts";
import type { Command } from "../cli/invocation.ts";
import type { Ending } from "../ending.ts";
import { runApply } from "./run-apply.ts";
import type { Session } from "./session.ts";

export async function runUnit(command: Extract<Command, { kind: "apply" }>, session: Session): Promise<Ending> {
  const { root } = session.options;
  const retries = haveFailed(root) ? await import("./retries.ts") : null;
  retries?.beginAgain(root);
  const ending = await runApply(command, session);
  await retries?.noteRecovery(root);
  forgetTold(root);
  return ending;
}

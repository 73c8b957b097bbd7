// Asks IMDS on a machine that may be no instance at all: briefly, and without a word where nobody answers.

import { endWithin } from "../deadline.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import { openImds } from "./machine.ts";
import type { Session } from "./session.ts";

/** On EC2 it answers in milliseconds. */
const PATIENCE_MS = 3_000;

/** @param ask gets the session of that short time */
export async function askImds<T>(
  { deadline, ...given }: Session,
  ask: (imds: ImdsClient | null, session: Session) => Promise<T>,
): Promise<T> {
  const session = { ...given, deadline: endWithin(deadline, PATIENCE_MS), log: () => {} };
  const imds = await openImds(session);
  try {
    return await ask(imds, session);
  } finally {
    imds?.close();
  }
}

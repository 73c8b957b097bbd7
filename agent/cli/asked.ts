// What a command line says beside the name of its command. Pure.

import type { Problem } from "../refusal.ts";
import type { MachineChoice } from "./invocation.ts";
import type { Given } from "./sort-words.ts";

/** Of which a command is built. */
export interface Asked {
  readonly operands: readonly string[];
  readonly machine: MachineChoice;
  readonly given: Given;
  /** Gets what is wrong. */
  readonly problems: Problem[];
}

/** Whether it is about an image that is mounted somewhere. */
export function isMounted(given: Given): boolean {
  return (given.get("root")?.[0] ?? "/") !== "/";
}

/** Of what is done to the running machine alone. */
export function refuseRoot(what: string, { given, problems }: Asked): void {
  if (!isMounted(given)) return;
  problems.push({ what: `${what} has no --root`, fix: "Leave it out: only a running machine is tried out." });
}

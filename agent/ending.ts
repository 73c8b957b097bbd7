// How a run ends, and the exit status that says so: the only place where statuses are made, of the numbers in refusal.ts.
// cli/commands.ts has what each means, for the help and cli/README.md.

import { EXIT_STATUS, Refusal, type RefusalCode } from "./refusal.ts";
import { stopped, type StopRequest } from "./stop.ts";

/** `differs`: what was asked about is not as it should be, which is an answer and no failure. */
export type Ending = "done" | "differs" | RefusalCode;

export function statusOf(ending: Ending): number {
  return ending === "done" ? 0 : ending === "differs" ? 2 : EXIT_STATUS[ending];
}

/** What is no Refusal is a bug of ours. */
export function endingOf(error: unknown): RefusalCode {
  return error instanceof Refusal ? error.code : "bug";
}

export function endingOfStop(request: StopRequest): RefusalCode {
  return stopped(request, "").code;
}

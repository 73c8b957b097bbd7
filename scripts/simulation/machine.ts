// A machine that boots an image, whatever it is made of.

import type { Outcome } from "./program.ts";

export interface Machine {
  /** Runs a program in it as root. */
  attempt(argv: readonly string[]): Promise<Outcome>;
  /** All that it has written to its console so far. */
  console(): string;
  /** Ends as by `systemctl poweroff`. */
  powerOff(): Promise<void>;
  /** Ends at once: nothing in it gets to know. */
  cutPower(): Promise<void>;
}

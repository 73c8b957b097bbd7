// The outside world, as a command line meets it.

import type { Deadline } from "../deadline.ts";
import type { Environment } from "../process/environment.ts";

/** The outside world: main wires the real one, tests replace it. */
export interface World {
  readonly environment: Environment;
  readonly writeOut: (text: string) => void;
  /** Default: they are dropped. */
  readonly writeBytes?: (bytes: Buffer) => void;
  readonly writeError: (text: string) => void;
  /** Writes to stderr without a line end: progress rewrites its line. */
  readonly rewrite: (text: string) => void;
  readonly isTerminalOut: boolean;
  readonly isTerminalError: boolean;
  /** Of the terminal that stdout is. Default: nobody knows. */
  readonly readColumns?: () => number | null;
  /** Whether stderr alone is copied to the console: see isErrorApart. Default: it is not. */
  readonly isErrorApart?: () => boolean;
  /** Shows a text by a pager, a line for the shell; false: it could not be started. Default: there is none. */
  readonly page?: (pager: string, text: string) => Promise<boolean>;
  /** Fires when the run is asked to stop. Default: never. */
  readonly stop?: AbortSignal;
  /** How long a run waits for the answer of a network before it goes on with what needs none. Default: 50 ms. */
  readonly joiningMs?: number;
  /** Gets the run's deadline. */
  readonly setEnd?: (end: Deadline) => void;
}

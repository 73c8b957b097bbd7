// What every command works with: the parsed options and the outside world, narrowed to what a command may touch.

import type { GlobalOptions } from "../cli/invocation.ts";
import type { Progress } from "../cli/progress.ts";
import type { Paint } from "../cli/text.ts";
import type { Deadline } from "../deadline.ts";
import type { Inputs } from "../host/inputs/inputs.ts";
import type { Log } from "../log.ts";
import type { Environment } from "../process/environment.ts";

export interface Session {
  readonly options: GlobalOptions;
  readonly environment: Environment;
  /** How files are read that a person wrote. */
  readonly inputs: Inputs;
  /** Of every wait; earlier where the run is asked to stop. */
  readonly deadline: Deadline;
  /** When the run is over at the latest, whoever asks it to stop: for what must be restored. */
  readonly end: Deadline;
  /** Rejected where the run is not over a moment after that. */
  readonly overrun: Promise<never>;
  /** How long a run waits for the answer of a network before it goes on with what needs none. */
  readonly joiningMs: number;
  readonly log: Log;
  /** What goes on, for whoever sits at the terminal; silent elsewhere. */
  readonly progress: Progress;
  /** Words for people, on stdout: `format` gets the value with every text in it shown, whoever wrote it. */
  readonly say: <T>(value: T, format: (legible: T, paint: Paint) => string) => void;
  /** Text that a program reads, as it is: metrics, a part of a document. */
  readonly emitText: (text: string) => void;
  /** What is no text: an archive. */
  readonly emitBytes: (bytes: Buffer) => void;
  /** The one JSON document of `--json`; `compact` where it has megabytes. */
  readonly emit: (document: unknown, layout?: "indented" | "compact") => void;
}

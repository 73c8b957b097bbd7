// A change that is ready but not made: what stageFile gives and swap performs.

import type { FileDifference } from "./read-current.ts";

/** A change that is ready to be made. `undo` and `settle` may be called at any time, and once more. */
export interface StagedChange {
  readonly path: string;
  readonly difference: FileDifference;
  /** The new file as a validator can open it; null where the content does not change. */
  readonly stagedPath: string | null;
  /** Keeps hold of the old file. What cannot be replaced is refused here, before anything is. */
  prepare(): void;
  commit(): void;
  /** Takes the change back if it was made, and leaves nothing behind. */
  undo(): void;
  /** Makes the change durable and drops what was kept to undo it. */
  settle(): void;
}

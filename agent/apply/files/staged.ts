// A change that is ready but not made: what stageFile gives, and a transaction performs.

import type { WrittenFiles } from "../../host/files/written-file.ts";
import type { Change } from "../change/change.ts";
import type { FileDifference } from "../../host/files/read-current.ts";

export interface StagedChange {
  readonly path: string;
  /** The new file as a validator can open it; null where the content does not change. */
  readonly stagedPath: string | null;
  readonly difference: FileDifference;
  /** Null: there is nothing to do. */
  readonly change: Change | null;
  /** What the change swaps in. */
  readonly written: WrittenFiles;
}

export const NOTHING_WRITTEN: WrittenFiles = new Map();

export function unchanged(path: string): StagedChange {
  return { path, stagedPath: null, difference: "unchanged", change: null, written: NOTHING_WRITTEN };
}

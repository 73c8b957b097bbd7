// What a failed step leaves behind is removed, and the step's own error stays the one that is told.

import { Refusal } from "../../refusal.ts";
import { errnoOf } from "../file-error.ts";

/** `cleanUp` only where `work` throws. What it cannot remove is left to the next run, which sweeps it; a bug in it is thrown. */
export function cleaningUp<T>(work: () => T, cleanUp: () => void): T {
  try {
    return work();
  } catch (error) {
    try {
      cleanUp();
    } catch (second) {
      if (!(second instanceof Refusal) && errnoOf(second) === null) throw second;
    }
    throw error;
  }
}

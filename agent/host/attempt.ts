// A look at what may be missing or unreadable, where whoever looks can go on without it.

import { Refusal } from "../refusal.ts";
import { errnoOf } from "./file-error.ts";

/** What `read` gives; `otherwise` where the system, or a check of the file, does not let it. A bug is thrown. */
export function attempt<T>(otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
    return otherwise;
  }
}

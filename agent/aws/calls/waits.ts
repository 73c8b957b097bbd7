// How long to wait before a service is asked again.

import type { Backoff } from "../../backoff.ts";

/** Faults pass quickly; a throttled account has too many askers, and only fewer of them a second help. */
export const BACKOFF: Readonly<Record<"fault" | "throttled", Backoff>> = {
  fault: { baseMs: 100, capMs: 5_000 },
  throttled: { baseMs: 1_000, capMs: 4_000 },
};

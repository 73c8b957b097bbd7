/** The time limit of tests that end by themselves: only for what would never end. A machine with much to do is slow. */
export const NEVER_MS = 600_000;

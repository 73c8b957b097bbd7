// V8's flags for a program that runs for a tenth of a second. The build and the start must agree: V8 takes Node's compiled modules
// from the snapshot only under the flags that they were compiled with.

import { setFlagsFromString } from "node:v8";

/** No text becomes code, whatever a library tries. With and without a snapshot. */
export const NO_CODE_FROM_TEXT = "--disallow-code-generation-from-strings";

/** Set while the snapshot is built, and on the binary's own command line. */
export const V8_FLAGS = [
  NO_CODE_FROM_TEXT,
  // MiB: enough for most boots without garbage collection.
  "--min-semi-space-size=8",
  // MiB: what the snapshot brings is no reason to look for garbage, which takes a thread of its own.
  "--initial-old-space-size=128",
] as const;

/**
 * Set on the command line, and undone once the heap is loaded. Rehashing the heap's strings takes a tenth of the start. Without
 * it they keep the build's hashes, which only the machine's owner, who chooses the config's keys, could exploit.
 */
export const NO_REHASH = { atStart: "--no-rehash-snapshot", afterwards: "--rehash-snapshot" } as const;

/**
 * Of V8's compilers none works in a boot: it is over before what they make pays. Without them one of twelve files takes a fifth less
 * processor time, and no more on the clock. Set by setFlagsFromString, in the build as at the start: on the command line these
 * imply others.
 */
export const INTERPRETER_ONLY = ["--no-sparkplug", "--no-maglev", "--no-turbofan"] as const;

const COMPILERS = {
  /** For a boot of many files. */
  plain: ["--sparkplug"],
  /** V8's own choice, for what goes through the same code for many machines. */
  all: ["--sparkplug", "--maglev", "--turbofan"],
} as const;

/** Later than Node's modules are loaded: from here on V8 takes none of those that the build has compiled. */
export function compileBy(compilers: keyof typeof COMPILERS): void {
  for (const flag of COMPILERS[compilers]) setFlagsFromString(flag);
}

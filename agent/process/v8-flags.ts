// How V8 is set for a program that runs for a tenth of a second. The build and the start must agree: V8 takes Node's compiled
// modules out of the snapshot only under the very flags that they were compiled with.

/** Neither a template nor an answer becomes code, whatever a library would do with it. With and without a snapshot. */
export const NO_CODE_FROM_TEXT = "--disallow-code-generation-from-strings";

/** Set while the snapshot is built, and on the binary's own command line. */
export const V8_FLAGS = [
  // Code for a function's tenth call: it costs a second core more than it saves.
  "--no-sparkplug",
  NO_CODE_FROM_TEXT,
  // MiB: a whole boot without collecting garbage.
  "--min-semi-space-size=8",
] as const;

/**
 * On the command line, and taken back once the heap is there. Giving the heap's strings new hashes is a tenth of the start;
 * without, they are those of the build, and whoever chooses the keys of the config is the machine's owner.
 */
export const NO_REHASH = { atStart: "--no-rehash-snapshot", afterwards: "--rehash-snapshot" } as const;

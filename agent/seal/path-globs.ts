// Which paths an allowance means: globs as the shell has them, by minimatch, which takes no longer for a glob of many stars. Pure.

import type { MinimatchOptions } from "minimatch";

/** Whether a path is meant by a glob. */
export type CompileGlob = (glob: string) => (path: string) => boolean;

/** A name that begins with a dot is a name; nothing is negated, a comment, or an extended pattern, for a path may look like one. */
const OPTIONS: MinimatchOptions = {
  dot: true,
  nonegate: true,
  nocomment: true,
  noext: true,
  platform: "linux",
  braceExpandMax: 1_000,
};

export async function loadGlobs(): Promise<CompileGlob> {
  const { Minimatch } = await import("minimatch");
  return (glob) => {
    const compiled = new Minimatch(glob, OPTIONS);
    return (path) => compiled.match(path);
  };
}

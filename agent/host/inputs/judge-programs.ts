// The programs that a config has run, and parbake itself, judged like what root reads: whoever can replace one tells root what to do.
// Only each command's own program: of its other words nobody knows which are run.

import { join } from "node:path";
import { isSea } from "node:sea";
import type { Inputs } from "./inputs.ts";

interface Commands {
  readonly validate: readonly string[] | null;
  readonly healthCheck: readonly string[] | null;
}

/** @param root where the programs' paths start */
export function judgePrograms(files: readonly Commands[], root: string, inputs: Inputs): void {
  const commands = files.flatMap(({ validate, healthCheck }) => [validate, healthCheck]);
  const programs = new Set(commands.flatMap((command) => command?.[0] ?? []));
  for (const program of programs) inputs.judge(join(root, program));
}

/** The executable, wherever the image is. From source it is Node, which is a developer's own. */
export function judgeSelf(inputs: Inputs): void {
  if (isSea()) inputs.judge(process.execPath);
}

/** For what reads no config. What goes back to where it was does so all the same: `inputs` of these commands only warns. */
export function tellOfSelf(inputs: Inputs): void {
  inputs.telling(() => judgeSelf(inputs));
}

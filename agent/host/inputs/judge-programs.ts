// The programs that a config has run, judged like what root reads: whoever can replace one tells root what to do. Only each
// command's own program: of its other words nobody knows which are run.

import { join } from "node:path";
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

// Whether this machine can run an end-to-end test, and if not, why: told in the suite's title, so that no skip is silent.

import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Requirements {
  readonly root?: boolean;
  readonly debian?: boolean;
  readonly programs?: readonly string[];
}

/** The suite `title`, skipped with the reason in its title where this machine lacks something. */
export function describeWhere(requirements: Requirements, title: string, body: (this: Mocha.Suite) => void): void {
  const reason = findObstacle(requirements);
  if (reason === null) describe(title, body);
  else describe.skip(`${title} (skipped: ${reason})`, body);
}

/** For what only shows on the way: skips the rest of the suite from its `before`, with the reason in the title. */
export function skipSuite(context: Mocha.Context, reason: string): never {
  const suite = context.test!.parent!;
  suite.title += ` (skipped: ${reason})`;
  context.skip();
}

export function findObstacle({ root, debian, programs = [] }: Requirements): string | null {
  if (root && process.getuid?.() !== 0) return "not root";
  if (debian && !isDebian()) return "not Debian";
  const missing = programs.filter((program) => !isInstalled(program));
  return missing.length > 0 ? `no ${missing.join(", ")} on this machine` : null;
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

// A program that goes on until somebody ends it.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Waits until it has, too. @param order what ends it, at once or in its own time */
export async function end(child: ChildProcess, order: () => unknown = () => child.kill("SIGKILL")): Promise<void> {
  if (hasEnded(child)) return;
  const exited = once(child, "exit");
  await order();
  await exited;
}

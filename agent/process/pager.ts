// Runs a pager in front of parbake, as git does, and waits until it is left.

import { spawn } from "node:child_process";
import { ownUid } from "../host/own-ids.ts";
import type { Environment } from "./environment.ts";
import { withoutInterrupt } from "./signals.ts";

/**
 * less's own, unless LESS says otherwise: leave at once where all is on one screen, show colours, and leave the text on the screen.
 * As git's.
 */
const USUAL_LESS = "FRX";

/** Not the caller's: root may run parbake with the variables of somebody else. */
const PATH = "/usr/local/bin:/usr/bin:/bin";

// What a shell says of a program that it cannot run.
const NOT_STARTED: readonly (number | null)[] = [126, 127];

/** False: there is no such pager, and nothing was shown. @param pager a line for the shell @param stop ends it */
export function runPager(
  pager: string,
  text: string,
  environment: Environment,
  stop: AbortSignal | undefined,
): Promise<boolean> {
  return withoutInterrupt(
    () =>
      new Promise((resolve) => {
        const child = spawn("/bin/sh", ["-c", pager], {
          env: pagerEnvironment(environment),
          stdio: ["pipe", "inherit", "inherit"],
        });
        const end = () => child.kill();
        const finish = (isShown: boolean) => {
          stop?.removeEventListener("abort", end);
          resolve(isShown);
        };
        stop?.addEventListener("abort", end, { once: true });
        child.once("error", () => finish(false));
        child.once("exit", (status) => finish(!NOT_STARTED.includes(status)));
        // Whoever leaves it early has seen enough.
        child.stdin.on("error", () => {});
        child.stdin.end(text);
      }),
  );
}

/** @returns all that it gets: what parbake prints is UTF-8, whatever the locale is */
function pagerEnvironment({ TERM, LESS = USUAL_LESS }: Environment): Record<string, string> {
  return {
    PATH,
    LESS,
    LESSCHARSET: "utf-8",
    LC_ALL: "C.UTF-8",
    ...(TERM === undefined ? {} : { TERM }),
    // No shell, no editor and no other file from within a pager of root's.
    ...(ownUid() === 0 ? { LESSSECURE: "1" } : {}),
  };
}

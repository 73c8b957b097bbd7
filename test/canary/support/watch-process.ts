// What anybody, or the same user, can read of a running program and of all that it starts: /proc/<pid>/cmdline and environ.

import { readFileSync } from "node:fs";

// A command line and an environment are there from the start of a program to its end.
const EVERY_MS = 15;

export interface Seen {
  readonly cmdlines: ReadonlySet<string>;
  readonly environs: ReadonlySet<string>;
}

interface Watch {
  stop(): Seen;
}

export function watchProcess(pid: number): Watch {
  const seen = { cmdlines: new Set<string>(), environs: new Set<string>() };
  const look = (): void => {
    for (const each of withDescendants(pid)) {
      seen.cmdlines.add(read(each, "cmdline"));
      seen.environs.add(read(each, "environ"));
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return seen;
    },
  };
}

function withDescendants(pid: number): number[] {
  const children = read(pid, `task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(withDescendants)];
}

// It may have ended by now.
function read(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}

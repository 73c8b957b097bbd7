// An entry of the journal with fields of its own, which journalctl matches and its catalog explains. Node has no datagram sockets, so
// util-linux's logger sends it: loaded and started only where a run has something to tell that is worth a process.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { shown } from "../shown.ts";

/** By the field's name. A field may be there more than once. */
export type Entry = Readonly<Record<string, string | number | readonly string[]>>;

/** A line for each value, as `logger --journald` reads them. */
export function formatEntry(entry: Entry): string {
  const lines = Object.entries(entry).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}=${shown(String(each))}\n`),
  );
  return lines.join("");
}

/** It answers within milliseconds; if not, it must not hold a run that is over. */
const LONGEST_MS = 2_000;

/** @returns whether the journal has it: not where there is no logger, or one that knows no journal */
export function sendEntry(entry: Entry): boolean {
  // The one program of parbake's own that gets an input.
  const sent = spawnSync("logger", ["--journald"], {
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8" },
    input: formatEntry(entry),
    stdio: ["pipe", "ignore", "ignore"],
    timeout: LONGEST_MS,
  });
  return sent.status === 0;
}

// A reload has a cgroup below the unit's.
const OWN_UNIT = /\/(parbake(?:-refresh|-ready@[^/\n]+)?\.service)(?:\/|$)/m;

/** Which of parbake's own units a process is of, by its cgroup; null: of none. */
export function findOwnUnit(cgroupFile = "/proc/self/cgroup"): string | null {
  try {
    return OWN_UNIT.exec(readFileSync(cgroupFile, "utf8"))?.[1] ?? null;
  } catch {
    return null;
  }
}

// A root that holds this machine's bash, perl and sleep with their libraries, and nothing else: an image whose programs can be run.

import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const PROGRAMS = ["/bin/bash", "/usr/bin/perl", "/bin/sleep"];

/** Why a test cannot have one, and namespaces to run it in. Null: it can. */
export function findShellObstacle(): string | null {
  if (process.geteuid!() !== 0) return "not root";
  const missing = PROGRAMS.filter((program) => !existsSync(program));
  if (missing.length > 0) return `no ${missing.join(", ")} on this machine`;
  const mount =
    "mount -t tmpfs t /mnt && mkdir /mnt/u /mnt/w && cd / && mount -t overlay -o lowerdir=.,upperdir=/mnt/u,workdir=/mnt/w o /mnt";
  const { status } = spawnSync("unshare", ["--mount", "--net", "--pid", "--fork", "sh", "-c", mount]);
  return status === 0 ? null : "no namespaces or no overlayfs here";
}

/** Without it, each warns of the locale that parbake gives to programs. */
const LOCALE = "/usr/lib/locale/C.utf8";

export function copyPrograms(root: string): void {
  if (existsSync(LOCALE)) cpSync(LOCALE, join(root, LOCALE), { recursive: true });
  for (const program of PROGRAMS) for (const file of [program, ...listLibraries(program)]) copy(file, join(root, file));
}

function listLibraries(program: string): string[] {
  const { stdout } = spawnSync("ldd", [program], { encoding: "utf8" });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 });
  if (!existsSync(to)) copyFileSync(from, to);
}

/**
 * What is left of cells on this machine: their folders, and the command lines of processes with that word in it. The kernel ends
 * them in its own time.
 */
export async function findLeftovers(word: string): Promise<string[]> {
  const find = () => [
    ...readdirSync("/dev/shm").filter((name) => name.startsWith("parbake-cell-")),
    ...findProcesses(word),
  ];
  for (let tries = 0; tries < 50 && find().length > 0; tries++) await sleep(100);
  return find();
}

function findProcesses(word: string): string[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.map(readCommandLine).filter((line) => line.includes(word));
}

function readCommandLine(id: string): string {
  try {
    return readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // It has ended meanwhile.
    return "";
  }
}

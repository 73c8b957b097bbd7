// A disk of the bench's own: a loop device with EC2's read-ahead, on memory, so that neither the machine's disk nor its settings
// decide what a cold start reads and how its pages lie in memory after it; and slowed down by the kernel where that can do it. Never
// touches another device.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Disk {
  /** Where it is mounted. */
  readonly folder: string;
  /** What a command is prefixed with so that it may start so many reads a second; or why that can't be done. */
  slow(readsPerSecond: number): { readonly prefix: readonly string[] } | { readonly obstacle: string };
  remove(): void;
}

const IMAGE_MIB = 320;
/** Linux's default, which EC2's images keep. */
const READ_AHEAD_KIB = 128;
/** Of cgroup v1. */
const BLKIO = "/sys/fs/cgroup/blkio";

/** Text: why there is none. `scratch` is best a folder in memory. */
export function mountDisk(scratch: string): Disk | string {
  if (process.getuid?.() !== 0) return "not root";
  const image = join(scratch, "disk");
  const folder = join(scratch, "mounted");
  mkdirSync(folder);
  try {
    run("truncate", "--size", `${IMAGE_MIB}M`, image);
    run("mkfs.ext4", "-q", "-O", "^has_journal", image);
    run("mount", "-o", "loop,noatime", image, folder);
  } catch (error) {
    return `no loop device: ${firstLine(error)}`;
  } finally {
    // The device keeps it until it is unmounted, however the bench ends.
    rmSync(image, { force: true });
  }
  const name = /^\/dev\/(\w+)$/.exec(run("findmnt", "--noheadings", "--output", "SOURCE", folder).trim())?.[1] ?? "";
  writeFileSync(`/sys/block/${name}/queue/read_ahead_kb`, String(READ_AHEAD_KIB));
  const device = readFileSync(`/sys/block/${name}/dev`, "utf8").trim();
  const groups: string[] = [];
  return {
    folder,
    slow(readsPerSecond) {
      const limit = "blkio.throttle.read_iops_device";
      if (!existsSync(join(BLKIO, limit))) return { obstacle: `no ${BLKIO}/${limit} (cgroup v1) on this machine` };
      const group = join(BLKIO, `parbake-bench-${process.pid}-${readsPerSecond}`);
      if (!existsSync(group)) {
        mkdirSync(group);
        groups.push(group);
        writeFileSync(join(group, limit), `${device} ${readsPerSecond}`);
      }
      return { prefix: ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', group] };
    },
    remove() {
      for (const group of groups) tryRemove(group);
      // What still runs from it does not hold it back.
      run("umount", "--lazy", folder);
    },
  };
}

/** A copy on that disk, written out, so that it can be taken out of memory. */
export function putOn(disk: Disk, from: string, name: string): string {
  const path = join(disk.folder, name);
  run("cp", "--sparse=never", from, path);
  run("sync", "--file-system", path);
  return path;
}

/** A group is busy as long as a program runs in it, which is so where the bench was cut off; empty it costs nothing. */
function tryRemove(group: string): void {
  try {
    rmdirSync(group);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EBUSY") throw error;
  }
}

function run(command: string, ...parameters: string[]): string {
  return execFileSync(command, parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function firstLine(error: unknown): string {
  const { stderr, message } = error as Error & { stderr?: string };
  return (stderr || message).trim().split("\n")[0] ?? "";
}

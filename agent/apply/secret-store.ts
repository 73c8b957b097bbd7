// Whether the secrets folder is memory, and how well it keeps out of swap, by asking the kernel. Asked before the first
// secret is fetched. Never creates or mounts anything.

import { fstatSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../refusal.ts";
import { inFolder, isMissingFolder, TRUST_NOBODY_ELSE, type Folder } from "./folder.ts";

/** The strongest first. */
export type Guarantee = "unswappable" | "no swap on this machine" | "swappable";

export interface Storage {
  readonly folder: string;
  readonly fileSystem: "tmpfs" | "ramfs";
  readonly guarantee: Guarantee;
}

// linux/magic.h
const TMPFS_MAGIC = 0x01021994;
const RAMFS_MAGIC = 0x858458f6;

/** Throws a Refusal where the folder is missing, not memory, or within reach of other users. */
export function checkSecretsFolder(root: string, path: string): Storage {
  try {
    return inFolder(root, path, TRUST_NOBODY_ELSE, (folder) => inspectStorage(folder, root, path));
  } catch (error) {
    if (!isMissingFolder(error)) throw error;
    throw unfit(root, path, "does not exist");
  }
}

function inspectStorage({ fd }: Folder, root: string, path: string): Storage {
  const { type } = statfsSync(`/proc/self/fd/${fd}`);
  if (type !== TMPFS_MAGIC && type !== RAMFS_MAGIC)
    throw unfit(root, path, "is not on tmpfs or ramfs, so secrets would reach a disk");
  const fileSystem = type === TMPFS_MAGIC ? "tmpfs" : "ramfs";
  const options = optionsOf(readFileSync("/proc/self/mountinfo", "utf8"), deviceOf(fstatSync(fd).dev));
  return { folder: path, fileSystem, guarantee: nameGuarantee(fileSystem, options, hasSwap()) };
}

export function nameGuarantee(fileSystem: "tmpfs" | "ramfs", options: readonly string[], swap: boolean): Guarantee {
  if (fileSystem === "ramfs" || options.includes("noswap")) return "unswappable";
  return swap ? "swappable" : "no swap on this machine";
}

/** The super block's options of the file system on `device` (`0:45`); empty where mountinfo does not show it. */
export function optionsOf(mountinfo: string, device: string): string[] {
  for (const line of mountinfo.split("\n")) {
    if (line.split(" ")[2] !== device) continue;
    return line.slice(line.indexOf(" - ")).trim().split(" ").at(-1)!.split(",");
  }
  return [];
}

/** Major and minor of a device number, as mountinfo writes them (the bits are those of gnu_dev_makedev). */
export function deviceOf(dev: number): string {
  const bits = BigInt(dev);
  const major = ((bits >> 8n) & 0xfffn) | ((bits >> 32n) & 0xfffff000n);
  const minor = (bits & 0xffn) | ((bits >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

// The first line of /proc/swaps is its heading.
function hasSwap(): boolean {
  return readFileSync("/proc/swaps", "utf8").trim().split("\n").length > 1;
}

function unfit(root: string, path: string, why: string): Refusal {
  const shownPath = join(root, path);
  const fix =
    root === "/"
      ? "Start its mount: systemctl start run-parbake-secrets.mount"
      : `Mount memory there: mount -t tmpfs -o noswap,nodev,nosuid,noexec,mode=0755 tmpfs ${shownPath}`;
  return new Refusal("cannot-write", { what: `the secrets folder ${shownPath} ${why}`, fix });
}

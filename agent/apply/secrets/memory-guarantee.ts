// Whether the secrets folder is memory, and how well it keeps out of swap, by asking the kernel. Asked before the first
// secret is fetched. Never creates or mounts anything.

import { readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { LeastGuarantee } from "../../config/config.ts";
import { errnoOf } from "../../host/file-error.ts";
import { inFolderIfThere, TRUST_NOBODY_ELSE, type Folder } from "../../host/folder.ts";
import { Refusal, type Problem } from "../../refusal.ts";
import type { Guarantee, Storage } from "../../report/report.ts";

export interface FoundStorage extends Storage {
  /** Of nosuid, nodev and noexec, those that the mount lacks. */
  readonly missingOptions: readonly string[];
}

/** How the secrets folder is found; `absent` and `disk` have no storage to speak of. */
export type StoreState =
  | { readonly kind: "absent" }
  | { readonly kind: "disk" }
  | { readonly kind: "memory"; readonly storage: FoundStorage };

// linux/magic.h
const TMPFS_MAGIC = 0x01021994;
const RAMFS_MAGIC = 0x858458f6;

/** Throws a Refusal where the folder, or one above it, is within reach of other users. */
export function inspectSecretsFolder(root: string, path: string): StoreState {
  const found = inFolderIfThere(root, path, TRUST_NOBODY_ELSE, (folder) => inspectStorage(folder, path));
  return found ?? { kind: "absent" };
}

/** Throws a Refusal where the folder is missing, not memory, weaker than that, or within reach of other users. */
export function checkSecretsFolder(root: string, path: string, least: LeastGuarantee): FoundStorage {
  return acceptStorage(root, path, inspectSecretsFolder(root, path), least);
}

/** @throws Refusal that says what was found, and what to do */
export function acceptStorage(root: string, path: string, state: StoreState, least: LeastGuarantee): FoundStorage {
  switch (state.kind) {
    case "absent":
      throw unfit(root, path, "does not exist");
    case "disk":
      throw unfit(root, path, "is not on tmpfs or ramfs, so secrets would reach a disk");
    case "memory":
      if (RANKS[state.storage.guarantee] >= LEAST[least]) return state.storage;
      throw tooWeak(root, path, state.storage, least);
  }
}

const RANKS: Readonly<Record<Guarantee, number>> = {
  unswappable: 2,
  "no swap on this machine": 1,
  "no swap in parbake's cgroup": 1,
  swappable: 0,
};

const LEAST: Readonly<Record<LeastGuarantee, number>> = { unswappable: 2, "no-swap": 1, swappable: 0 };

/** What the mount lacks that keeps devices and programs out of it: no secret is less safe for it. */
export function describeMissing({ folder, missingOptions }: FoundStorage): Problem[] {
  if (missingOptions.length === 0) return [];
  const what = `the secrets folder ${folder} is mounted without ${missingOptions.join(", ")}`;
  return [{ what, fix: `Remount it: mount -o remount,bind,nosuid,nodev,noexec ${folder}` }];
}

function inspectStorage({ fd }: Folder, path: string): StoreState {
  const { type } = statfsSync(`/proc/self/fd/${fd}`);
  if (type !== TMPFS_MAGIC && type !== RAMFS_MAGIC) return { kind: "disk" };
  const fileSystem = type === TMPFS_MAGIC ? "tmpfs" : "ramfs";
  const mounted = findMount(readFileSync("/proc/self/mountinfo", "utf8"), mountIdOf(fd));
  const guarantee = nameGuarantee(fileSystem, mounted.superBlock, readSwap());
  const missingOptions = ["nosuid", "nodev", "noexec"].filter((option) => !mounted.mount.includes(option));
  return { kind: "memory", storage: { folder: path, fileSystem, guarantee, missingOptions } };
}

interface Swap {
  readonly onMachine: boolean;
  readonly inCgroup: boolean;
}

export function nameGuarantee(fileSystem: "tmpfs" | "ramfs", options: readonly string[], swap: Swap): Guarantee {
  if (fileSystem === "ramfs" || options.includes("noswap")) return "unswappable";
  if (!swap.onMachine) return "no swap on this machine";
  return swap.inCgroup ? "swappable" : "no swap in parbake's cgroup";
}

interface MountOptions {
  readonly mount: readonly string[];
  readonly superBlock: readonly string[];
}

/** Of the mount with this id; none where mountinfo does not show it. */
export function findMount(mountinfo: string, id: string): MountOptions {
  for (const line of mountinfo.split("\n")) {
    const fields = line.split(" ");
    if (fields[0] !== id) continue;
    const superBlock = line.slice(line.indexOf(" - ")).trim().split(" ").at(-1) ?? "";
    return { mount: (fields[5] ?? "").split(","), superBlock: superBlock.split(",") };
  }
  return { mount: [], superBlock: [] };
}

function mountIdOf(fd: number): string {
  return /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "";
}

function readSwap(): Swap {
  // The first line of /proc/swaps is its heading.
  const onMachine = readIfThere("/proc/swaps").trim().split("\n").length > 1;
  return { onMachine, inCgroup: onMachine && !isSwapless(readIfThere("/proc/self/cgroup")) };
}

/** Whether the cgroup, or one above it, may have no swap: that of one above is that of all below. */
function isSwapless(cgroups: string): boolean {
  let path = /^0::(\/.*)$/m.exec(cgroups)?.[1] ?? "/";
  for (; path !== "/" && path !== ""; path = path.slice(0, path.lastIndexOf("/")))
    if (readIfThere(`/sys/fs/cgroup${path}/memory.swap.max`).trim() === "0") return true;
  return false;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // Any other error is thrown: it must not be taken for no swap.
    const errno = errnoOf(error);
    if (errno !== "ENOENT" && errno !== "EACCES" && errno !== "ENODEV") throw error;
    return "";
  }
}

function unfit(root: string, path: string, why: string): Refusal {
  const shownPath = join(root, path);
  return new Refusal("cannot-write", { what: `the secrets folder ${shownPath} ${why}`, fix: mountIt(root, shownPath) });
}

function tooWeak(root: string, path: string, { fileSystem, guarantee }: Storage, least: LeastGuarantee): Refusal {
  const shownPath = join(root, path);
  const achieved = RANKS[guarantee] === LEAST["no-swap"] ? "no-swap" : "swappable";
  return new Refusal("cannot-write", {
    what: `the secrets folder ${shownPath} is on a ${fileSystem} that is only "${guarantee}", and the config wants ${least}`,
    fix: `${mountIt(root, shownPath)}, or accept it: \`secretsGuarantee: ${achieved}\``,
  });
}

function mountIt(root: string, shownPath: string): string {
  return root === "/"
    ? "Start its mount: systemctl start run-parbake-secrets.mount"
    : `Mount memory there: mkdir -p ${shownPath} && mount -t ramfs -o nodev,nosuid,noexec,mode=0711 ramfs ${shownPath}`;
}

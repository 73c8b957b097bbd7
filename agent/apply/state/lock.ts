// One writer at a time. Never waits for a dead one, never lets two in.
//
// Node has no flock(2), and an abstract socket would be blind to runs in another network namespace. So the lock is a folder of
// symlinks named 1, 2, 3, …; the newest number is the state, and its target names the holder or says `free`. symlink(2)
// creates name and content in one step and fails if the name is there, so of all that want to follow number n exactly one
// makes n + 1, whether n was set free or its holder was killed. The newest is never removed, so the numbers only grow, and
// one who was so slow that his number was already used and swept away finds a higher one when he looks again, and has lost.

import { lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { errnoOf, explainingErrors } from "../../host/file-error.ts";
import { removeIfThere } from "../../host/files/remove-file.ts";
import {
  closeFolder,
  entryOf,
  inFolder,
  inFolderIfThere,
  openFolder,
  TRUST_NOBODY_ELSE,
  type Folder,
} from "../../host/folder.ts";
import { quote } from "../../host/trust.ts";
import { Refusal } from "../../refusal.ts";
import { formatHolder, isAlive, ownIdentity, parseHolder, type Holder } from "./lock-holder.ts";
import { openOwnFolder, RUN_FOLDER } from "./own-folders.ts";

export interface Lock {
  release(): void;
}

const LOCK_FOLDER = `${RUN_FOLDER}/lock`;
const FREE = "free";
const POLL_MS = 20;
/** How long others may be quicker, over and over, beyond the time to wait: each needs microseconds. */
const LONGEST_RACE_MS = 1_000;

/** For whoever need not give up at once: a run takes tens of milliseconds, or as long as AWS makes it wait. */
export const LOCK_WAIT_MS = 10_000;

/**
 * Waits up to `waitMs` for another run to end, then throws Refusal("locked") that names its process.
 * @param signal ends the wait early
 */
export async function takeLock(root: string, waitMs: number, signal?: AbortSignal): Promise<Lock> {
  const endMs = performance.now() + waitMs;
  const folder = openLockFolder(root);
  try {
    for (;;) {
      const attempt = explainingErrors(folder.shownPath, () => tryLock(folder));
      if (attempt.kind === "held") return { release: () => release(folder, attempt.number) };
      const isOver = performance.now() >= endMs || signal?.aborted === true;
      if (attempt.kind === "busy" && isOver) throw lockedBy(attempt.holder);
      if (attempt.kind === "lost" && performance.now() >= endMs + LONGEST_RACE_MS) throw lockContended();
      await sleep(attempt.kind === "busy" ? POLL_MS : 0);
    }
  } catch (error) {
    closeFolder(folder);
    throw error;
  }
}

export interface LockHolder {
  readonly pid: number;
  /** When it took the lock: ISO 8601, UTC. */
  readonly since: string;
}

/** Who holds the lock; null: nobody who is alive. Never takes it, never makes its folder. */
export function readLockHolder(root: string): LockHolder | null {
  return inFolderIfThere(root, LOCK_FOLDER, TRUST_NOBODY_ELSE, (folder) =>
    explainingErrors(folder.shownPath, () => findRunning(folder)),
  );
}

/** Whether any run has held it since the machine started; false too where the lock's folder can't be read. */
export function wasLockTaken(root: string): boolean {
  try {
    return inFolder(root, LOCK_FOLDER, TRUST_NOBODY_ELSE, newestNumber) > 0;
  } catch (error) {
    if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
    return false;
  }
}

function findRunning(folder: Folder): LockHolder | null {
  for (;;) {
    const newest = newestNumber(folder);
    const stats = newest === 0 ? undefined : lstatSync(entryOf(folder, String(newest)), { throwIfNoEntry: false });
    const holder = newest === 0 ? null : readHolder(folder, newest);
    // The next one has swept it away: the numbers only grow.
    if (holder === "gone" || (newest > 0 && stats === undefined)) continue;
    if (holder === null || stats === undefined || !isAlive(holder)) return null;
    return { pid: holder.pid, since: stats.mtime.toISOString() };
  }
}

type Attempt =
  | { readonly kind: "held"; readonly number: number }
  | { readonly kind: "busy"; readonly holder: Holder }
  /** Somebody was quicker: look again. */
  | { readonly kind: "lost" };

function tryLock(folder: Folder): Attempt {
  const newest = newestNumber(folder);
  const holder = newest === 0 ? null : readHolder(folder, newest);
  if (holder === "gone") return { kind: "lost" };
  if (holder && isAlive(holder)) return { kind: "busy", holder };
  const number = newest + 1;
  if (!NUMBER.test(String(number))) throw notOurs(folder, String(newest));
  if (!tryCreate(folder, number, formatHolder(ownIdentity()))) return { kind: "lost" };
  if (newestNumber(folder) !== number) {
    removeIfThere(entryOf(folder, String(number)));
    return { kind: "lost" };
  }
  sweepBelow(folder, number);
  return { kind: "held", number };
}

// What stands in the way now does not fail a run that is over: a lock that is not released ends with this process, and the next
// run refuses what is foreign in the folder.
function release(folder: Folder, number: number): void {
  try {
    tryCreate(folder, number + 1, FREE);
    sweepBelow(folder, number + 1);
  } catch (error) {
    if (!(error instanceof Refusal) && errnoOf(error) === null) throw error;
  } finally {
    closeFolder(folder);
  }
}

function tryCreate(folder: Folder, number: number, target: string): boolean {
  try {
    symlinkSync(target, entryOf(folder, String(number)));
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

// A run makes two of them: so many runs there never are, and they are exact as a number.
const NUMBER = /^[1-9]\d{0,14}$/;

function numbersIn(folder: Folder): number[] {
  const names = readdirSync(entryOf(folder, "."));
  const foreign = names.find((name) => !NUMBER.test(name));
  if (foreign !== undefined) throw notOurs(folder, foreign);
  return names.map(Number);
}

function newestNumber(folder: Folder): number {
  return Math.max(0, ...numbersIn(folder));
}

function sweepBelow(folder: Folder, number: number): void {
  for (const old of numbersIn(folder)) if (old < number) removeIfThere(entryOf(folder, String(old)));
}

/** Null: it was set free. */
function readHolder(folder: Folder, number: number): Holder | null | "gone" {
  const text = readText(folder, String(number));
  if (text === null) return "gone";
  if (text === FREE) return null;
  const holder = parseHolder(text);
  if (holder === null) throw notOurs(folder, String(number));
  return holder;
}

function readText(folder: Folder, name: string): string | null {
  try {
    return readlinkSync(entryOf(folder, name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    // No symlink.
    if (errnoOf(error) === "EINVAL") throw notOurs(folder, name);
    throw error;
  }
}

function openLockFolder(root: string): Folder {
  const run = openOwnFolder(root, RUN_FOLDER);
  try {
    explainingErrors(`${run.shownPath}/lock`, () => makeIfMissing(entryOf(run, "lock")));
  } finally {
    closeFolder(run);
  }
  return openFolder(root, LOCK_FOLDER, TRUST_NOBODY_ELSE);
}

// Not `recursive`, which makes ENOENT of what it does not know, a read-only file system among it.
function makeIfMissing(path: string): void {
  try {
    mkdirSync(path, { mode: 0o755 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}

function lockContended(): Refusal {
  return new Refusal("locked", { what: "other runs of parbake take the lock, one after the other", fix: "Try again." });
}

function notOurs(folder: Folder, name: string): Refusal {
  const path = `${folder.shownPath}/${name}`;
  return new Refusal("cannot-write", {
    what: `${path} is in the folder of parbake's lock, and parbake did not make it`,
    fix: `See that no run of parbake is under way, then remove it: rm -r ${quote(path)}`,
  });
}

function lockedBy({ pid }: Holder): Refusal {
  return new Refusal("locked", {
    what: `another run of parbake (process ${pid}) holds the lock`,
    fix: "Wait for it to end, and try again.",
  });
}

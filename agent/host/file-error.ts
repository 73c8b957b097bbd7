// What the kernel's refusals mean to an operator: one clear Refusal for each errno. Never shows a caught message.

import { readFileSync } from "node:fs";
import { isRunningUnit } from "../names/running-units.ts";
import { Refusal, type RefusalCode } from "../refusal.ts";
import { findReadOnlyMount, isHeldReadOnly } from "./mountinfo.ts";
import { quote } from "./trust.ts";

/** What an errno says of a path, without the path. */
interface Meaning {
  readonly code: RefusalCode;
  readonly what: string;
  readonly fix: string;
}

const FULL = "Free some (`df -h` for bytes, `df -i` for inodes), or write elsewhere.";
const RUN_AS_ROOT = "Run parbake as root, or as the user that owns the files and folders.";

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EROFS: {
    code: "cannot-write",
    what: "is on a read-only file system",
    fix: "Mount it read-write.",
  },
  ENOSPC: { code: "cannot-write", what: "does not fit: the file system has no space or no inode left", fix: FULL },
  EDQUOT: { code: "cannot-write", what: "does not fit: the disk quota is used up", fix: FULL },
  EBUSY: mountPoint(),
  EXDEV: mountPoint(),
  EISDIR: { code: "cannot-write", what: "is a folder, not a file", fix: "Name a file, or remove the folder." },
  ENAMETOOLONG: { code: "cannot-write", what: "has a name that is too long", fix: "Choose a shorter one." },
  EACCES: { code: "permission", what: "may not be read or written by this user", fix: RUN_AS_ROOT },
  EPERM: {
    code: "permission",
    what: "may not be changed: another user's, or immutable",
    fix: "Run parbake as root; if it does already, inspect the file with `lsattr`, and run `chattr -i` on it.",
  },
  EMFILE: {
    code: "system",
    what: "cannot be opened: too many open files (EMFILE)",
    fix: "Raise LimitNOFILE= of the unit, or `ulimit -n`.",
  },
  ENFILE: {
    code: "system",
    what: "cannot be opened: the whole machine has too many open files (ENFILE)",
    fix: "Raise fs.file-max, or end what holds them.",
  },
  ENOMEM: { code: "system", what: "does not fit into memory (ENOMEM)", fix: "Free memory, and try again." },
  ELOOP: {
    code: "cannot-write",
    what: "is a symlink, which parbake does not follow here, or a loop of symlinks",
    fix: "Name the real file.",
  },
  ENOTDIR: {
    code: "cannot-write",
    what: "does not exist: a part of its path is not a folder",
    fix: "Inspect each part of the path with `namei -l`.",
  },
  ENXIO: { code: "cannot-write", what: "is a FIFO or a device, not a file", fix: "Name a file, or remove it." },
  EFBIG: {
    code: "cannot-write",
    what: "would be larger than `ulimit -f` allows",
    fix: "Raise LimitFSIZE= of the unit.",
  },
  EIO: { code: "cannot-write", what: "is on a device that fails (EIO)", fix: "Look at `dmesg`." },
};

/** systemd's ProtectSystem=strict, as `parbake install` writes it into the units' 20-parbake-sandbox.conf. */
const HELD: Meaning = {
  code: "cannot-write",
  what: "is mounted read-only for this process alone: ReadWritePaths= of its unit does not list the folder",
  fix: "Run `parbake install`, which lists the folders of the config anew, and start the unit again.",
};

function mountPoint(): Meaning {
  return {
    code: "cannot-write",
    what: "is a mount point of its own (a bind-mounted file) and cannot be replaced",
    fix: "Mount its folder instead of the file, or unmount it.",
  };
}

/** A Refusal for an error of the file system; anything else comes back as it is, for it is a bug. */
export function explainFileError(error: unknown, shownPath: string): unknown {
  const errno = errnoOf(error);
  if (error instanceof Refusal || errno === null) return error;
  const { code, what, fix } = errno === "EROFS" ? explainReadOnly(shownPath) : explainErrno(errno);
  return new Refusal(code, { what: `${shownPath} ${what}`, fix }, { cause: error });
}

function explainReadOnly(path: string): Meaning {
  const mountinfo = readProc("mountinfo");
  // A reload has a cgroup below the unit's.
  const isInUnit = readProc("cgroup").split(/[/\n]/).some(isRunningUnit);
  if (isInUnit && isHeldReadOnly(mountinfo, path)) return HELD;
  const point = findReadOnlyMount(mountinfo, path);
  return point === null ? explainErrno("EROFS") : readOnlyMount(point);
}

function readOnlyMount(point: string): Meaning {
  return {
    code: "cannot-write",
    what: `is on a read-only file system, mounted at ${point}`,
    fix: `Run \`mount -o remount,rw ${quote(point)}\`; what made it read-only, /etc/fstab, the kernel's command line or \`dmesg\` says.`,
  };
}

/** Nothing where there is no /proc. */
function readProc(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, "utf8");
  } catch (error) {
    if (errnoOf(error) === null) throw error;
    return "";
  }
}

/** The same of an error that nobody foresaw, where it says no more than that the machine, or a limit, had nothing left. */
export function explainShortage(error: unknown): unknown {
  const errno = errnoOf(error);
  if (errno === null || explainErrno(errno).code !== "system") return error;
  return explainFileError(error, "what parbake needs next");
}

export function explainErrno(errno: string): Meaning {
  return (
    MEANINGS[errno] ?? {
      code: "cannot-write",
      what: `cannot be read or written (${errno})`,
      fix: "Inspect the path and its file system.",
    }
  );
}

/** `work`, with every errno that it meets told about `shownPath`. */
export function explainingErrors<T>(shownPath: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explainFileError(error, shownPath);
  }
}

/** `ENOENT`; null for anything that is no error of a system call. */
export function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error) || !("syscall" in error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

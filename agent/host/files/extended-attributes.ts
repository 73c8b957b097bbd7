// Carries a replaced file's extended attributes over to the new one: ACLs, the SELinux label and what anybody else put there.
//
// Node cannot read or set them, so GNU cp does, on two descriptors that parbake opened: it follows no path, and never sees the
// content, for the new file is still empty. A file that is new gets what the kernel gives to every new file in its folder.

import { spawnSync } from "node:child_process";
import { closeSync, constants, existsSync, fchmodSync, fstatSync, openSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../refusal.ts";
import type { Attributes } from "../attributes.ts";
import { entryOf, type Folder } from "../folder.ts";
import { firstLines } from "../run-command.ts";
import { changedMeanwhile } from "./changed-meanwhile.ts";
import { identityOf } from "./identity.ts";
import type { CurrentFile } from "./read-current.ts";
import { removeIfThere } from "./remove-file.ts";
import { temporaryName } from "./temporary.ts";

type CopyOutcome =
  | { readonly kind: "copied" }
  | { readonly kind: "no-gnu-cp" }
  /** `why` is a part of a sentence. */
  | { readonly kind: "failed"; readonly why: string };

/** Copies mode bits, ACL, label and all other extended attributes between open files. */
export type CopyAttributes = (fromFd: number, toFd: number) => CopyOutcome;

/** It copies a few bytes: one that takes longer hangs. */
const TIMEOUT_MS = 5000;

/** @param hasLabels whether SELinux is on: cp refuses to preserve labels where there are none */
export function copyByCp(hasLabels: boolean): CopyAttributes {
  const preserve = hasLabels ? "mode,xattr,context" : "mode,xattr";
  const argv = ["--attributes-only", `--preserve=${preserve}`, "--", "/proc/self/fd/3", "/proc/self/fd/4"];
  return (fromFd, toFd) => {
    const { error, status, stderr } = spawnSync("cp", argv, {
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "ignore", "pipe", fromFd, toFd],
      timeout: TIMEOUT_MS,
      encoding: "utf8",
    });
    const errno = error && "code" in error ? String(error.code) : null;
    // Busybox has a cp, too.
    if (errno === "ENOENT" || /(?:unrecognized|unknown|invalid) option/.test(stderr ?? ""))
      return { kind: "no-gnu-cp" };
    if (errno !== null) return { kind: "failed", why: `cp ended with ${errno}` };
    return status === 0 ? { kind: "copied" } : { kind: "failed", why: firstLines(stderr, 1) };
  };
}

// The file system that the kernel has only where SELinux is on (selinuxfs).
function hasSelinux(): boolean {
  return existsSync("/sys/fs/selinux/enforce");
}

const NO_GNU_CP: Problem = {
  what: "extended attributes, ACLs and labels of replaced files are not kept: there is no GNU cp",
  fix: "Install GNU coreutils in the image.",
};

interface OpenFile {
  readonly fd: number;
  readonly mode: number;
}

export class AttributeKeeper {
  readonly warnings: Problem[] = [];
  readonly #choose: () => CopyAttributes;
  #copy: CopyAttributes | null = null;

  /** @param choose asked once, when the first file needs it */
  constructor(choose: () => CopyAttributes = () => copyByCp(hasSelinux())) {
    this.#choose = choose;
  }

  /**
   * Gives the new file what the file of that name has; its mode bits are the caller's to set at the end. An ACL counts for no
   * more than the mode's group bits then allow.
   * @param from what was found of that name: another that has it by now has nothing to give
   * @param toFd empty, and with the owner that it will have
   */
  keep(
    folder: Folder,
    name: string,
    from: Pick<CurrentFile, "attributes" | "identity">,
    toFd: number,
    to: Attributes,
  ): void {
    const fd = openSync(entryOf(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (identityOf(fstatSync(fd, { bigint: true })) !== from.identity) throw changedMeanwhile(folder, name);
      const outcome = this.#keepFrom({ fd, mode: from.attributes.mode }, { fd: toFd, mode: to.mode }, folder, name);
      this.#warn(join(folder.shownPath, name), outcome);
    } finally {
      closeSync(fd);
    }
  }

  // cp gives the new file the old mode for a moment. Where that is more open than the new mode, somebody could open it then
  // and read it later; so a stand-in that nothing is ever written to takes the attributes over, and is narrowed first.
  #keepFrom(from: OpenFile, to: OpenFile, folder: Folder, name: string): CopyOutcome {
    this.#copy ??= this.#choose();
    if ((from.mode & ~to.mode) === 0) return this.#copy(from.fd, to.fd);
    const path = entryOf(folder, temporaryName(name));
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    const fd = openSync(path, flags, 0o600);
    try {
      const outcome = this.#copy(from.fd, fd);
      if (outcome.kind !== "copied") return outcome;
      fchmodSync(fd, from.mode & to.mode);
      return this.#copy(fd, to.fd);
    } finally {
      closeSync(fd);
      removeIfThere(path);
    }
  }

  #warn(shownPath: string, outcome: CopyOutcome): void {
    switch (outcome.kind) {
      case "copied":
        return;
      case "failed":
        this.warnings.push({
          what: `${shownPath}: not all of its extended attributes could be kept: ${outcome.why}`,
          fix: "Inspect them with `getfattr -d -m - FILE`, and set what is missing.",
        });
        return;
      case "no-gnu-cp":
        if (!this.warnings.includes(NO_GNU_CP)) this.warnings.push(NO_GNU_CP);
    }
  }
}

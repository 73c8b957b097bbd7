// Mends the owner and mode of a file whose content is right, in place: its inode and time of change stay. Never more open
// than either the old or the new mode on the way.

import { closeSync, constants, fchmodSync, fchownSync, fstatSync, fsyncSync, openSync } from "node:fs";
import { basename, join } from "node:path";
import { explainingErrors } from "./file-error.ts";
import { closeFolder, entryOf, type Folder } from "./folder.ts";
import type { Attributes, Wanted } from "./read-current.ts";
import type { StagedChange } from "./staged-change.ts";

export class AttributeChange implements StagedChange {
  readonly path: string;
  readonly difference = "attributes";
  readonly stagedPath = null;
  readonly #folder: Folder;
  readonly #fd: number;
  readonly #old: Attributes;
  readonly #new: Attributes;
  #state: "staged" | "committed" | "over" = "staged";

  constructor(folder: Folder, name: string, wanted: Wanted) {
    this.path = wanted.path;
    this.#folder = folder;
    this.#fd = openSync(entryOf(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
    const { uid, gid, mode } = fstatSync(this.#fd);
    this.#old = { uid, gid, mode: mode & 0o7777 };
    this.#new = wanted;
  }

  prepare(): void {}

  commit(): void {
    explainingErrors(join(this.#folder.shownPath, basename(this.path)), () => {
      this.#state = "committed";
      setAttributes(this.#fd, this.#old, this.#new);
    });
  }

  undo(): void {
    if (this.#state === "committed") setAttributes(this.#fd, this.#new, this.#old);
    this.settle();
  }

  settle(): void {
    if (this.#state === "over") return;
    const changed = this.#state === "committed";
    this.#state = "over";
    try {
      if (changed) fsyncSync(this.#fd);
    } finally {
      closeSync(this.#fd);
      closeFolder(this.#folder);
    }
  }
}

// Between the two owners the file is no more open than either the old or the new mode allows.
function setAttributes(fd: number, from: Attributes, to: Attributes): void {
  fchmodSync(fd, from.mode & to.mode);
  chownIfNeeded(fd, to);
  fchmodSync(fd, to.mode);
}

/** As a user that is not root may: no call where nothing changes. */
export function chownIfNeeded(fd: number, { uid, gid }: Attributes): void {
  const current = fstatSync(fd);
  if (current.uid !== uid || current.gid !== gid) fchownSync(fd, uid, gid);
}

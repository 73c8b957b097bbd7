// Writes a file's new content beside its target and swaps it in by a rename: readers see the old file or the new one,
// whole, and never one that is more readable than it should be.

import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { chownIfNeeded } from "./change-attributes.ts";
import { explainingErrors } from "./file-error.ts";
import { closeFolder, entryOf, type Folder } from "./folder.ts";
import type { Wanted } from "./read-current.ts";
import type { StagedChange } from "./staged-change.ts";
import { temporaryName } from "./temporary.ts";

export class Replacement implements StagedChange {
  readonly path: string;
  readonly difference: "create" | "update";
  readonly stagedPath: string;
  readonly #folder: Folder;
  readonly #name: string;
  readonly #newName: string;
  /** A second link to the old file: its bytes, attributes and times in one. */
  readonly #oldName: string;
  #state: "staged" | "committed" | "over" = "staged";

  constructor(folder: Folder, name: string, wanted: Wanted, difference: "create" | "update") {
    this.path = wanted.path;
    this.difference = difference;
    this.#folder = folder;
    this.#name = name;
    this.#newName = temporaryName(name);
    this.#oldName = temporaryName(name);
    this.stagedPath = join(folder.shownPath, this.#newName);
    try {
      writeNew(entryOf(folder, this.#newName), wanted);
    } catch (error) {
      this.#removeTemporary();
      throw error;
    }
  }

  // Not when it is staged: a link changes the old file's ctime, and a refused run must not.
  prepare(): void {
    if (this.difference === "create") return;
    explainingErrors(join(this.#folder.shownPath, this.#name), () =>
      linkSync(entryOf(this.#folder, this.#name), entryOf(this.#folder, this.#oldName)),
    );
  }

  commit(): void {
    explainingErrors(join(this.#folder.shownPath, this.#name), () => {
      renameSync(entryOf(this.#folder, this.#newName), entryOf(this.#folder, this.#name));
      this.#state = "committed";
    });
  }

  undo(): void {
    if (this.#state === "committed") {
      if (this.difference === "create") unlinkSync(entryOf(this.#folder, this.#name));
      else renameSync(entryOf(this.#folder, this.#oldName), entryOf(this.#folder, this.#name));
    }
    this.#end();
  }

  settle(): void {
    this.#end();
  }

  #end(): void {
    if (this.#state === "over") return;
    const changed = this.#state === "committed";
    this.#state = "over";
    try {
      this.#removeTemporary();
      if (changed) syncFolder(this.#folder);
    } finally {
      closeFolder(this.#folder);
    }
  }

  #removeTemporary(): void {
    for (const name of [this.#newName, this.#oldName]) rmSync(entryOf(this.#folder, name), { force: true });
  }
}

// Nobody but us may read it until owner and group are right: chown first, for it clears setuid and must not hand the
// group bits to the wrong group; then chmod, because open's mode is cut by the umask.
function writeNew(path: string, wanted: Wanted): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeFileSync(fd, wanted.bytes);
    chownIfNeeded(fd, wanted);
    fchmodSync(fd, wanted.mode);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncFolder(folder: Folder): void {
  const fd = openSync(entryOf(folder, "."), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

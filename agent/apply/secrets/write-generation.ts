// Writes one generation of secrets whole. Leaves nothing of it where that fails.

import { closeSync, constants, fsyncSync, linkSync, lstatSync, openSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Attributes } from "../../host/attributes.ts";
import { explainingErrors } from "../../host/file-error.ts";
import { cleaningUp } from "../../host/files/cleaning-up.ts";
import { removeTree } from "../../host/files/remove-tree.ts";
import { setAttributes } from "../../host/files/set-attributes.ts";
import { writeNew } from "../../host/files/write-file.ts";
import type { WrittenFile, WrittenFiles } from "../../host/files/written-file.ts";
import { entryOf, type Folder } from "../../host/folder.ts";
import { inMadeFolder } from "../../host/make-folders.ts";
import { ownGid, ownUid } from "../../host/own-ids.ts";
import { readPlain } from "../../host/read-plain.ts";
import { syncFolder } from "../../host/sync-folder.ts";
import { VERSIONS } from "../change/generation-layout.ts";
import type { ExaminedFile, ExaminedFolder } from "./examine-generation.ts";
import { recordGeneration } from "./record-generation.ts";
import type { SecretsPlace } from "./secrets-place.ts";
import { formatStored, STORED_FILE, type DatedSecret, type StoredGeneration } from "./stored-generation.ts";

interface GenerationContent extends SecretsPlace {
  readonly old: string | null;
  readonly files: readonly ExaminedFile[];
  readonly folders: readonly ExaminedFolder[];
  /** Whether the plan is a part of one. */
  readonly isPart: boolean;
  /** Names of files of the old generation that go along. */
  readonly carried: readonly string[];
  readonly secrets: readonly DatedSecret[];
  readonly stored: StoredGeneration | null;
}

// Every user may pass through, and root alone may list the names of secrets. The files have owners of their own.
const FOLDER_MODE = 0o711;

/** @returns what of it is new, by its name below the secrets folder */
export function writeGeneration(folder: Folder, generation: string, content: GenerationContent): WrittenFiles {
  const base = join(content.secretsFolder, generation);
  const written = new Map<string, WrittenFile>();
  const note = (name: string, file: WrittenFile) => written.set(join(generation, name), file);
  const writeAll = (made: Folder) => {
    for (const file of content.files) inOwnFolder(made, file.name, (own) => writeFile(folder, own, file, note));
    for (const { name, place } of listCarried(content))
      inOwnFolder(made, name, (own) => linkSync(entryOf(folder, place), entryOf(own, basename(name))));
    for (const { name } of content.folders) inMadeFolder(made, name, FOLDER_MODE, () => undefined);
    note(VERSIONS, writeRecord(made, base, content));
    dressFolders(folder, made, content);
    syncFolder(made);
  };
  cleaningUp(
    () => inMadeFolder(folder, generation, FOLDER_MODE, writeAll),
    () => removeTree(folder, generation),
  );
  return written;
}

function inOwnFolder(made: Folder, name: string, work: (folder: Folder) => void): void {
  const shownPath = join(made.shownPath, name);
  const folders = name.slice(0, name.lastIndexOf("/") + 1);
  inMadeFolder(made, folders, FOLDER_MODE, (own) => explainingErrors(shownPath, () => work(own)));
}

function writeFile(
  folder: Folder,
  own: Folder,
  file: ExaminedFile,
  note: (name: string, file: WrittenFile) => void,
): void {
  const { name, bytes, difference, target, place } = file;
  const { path, uid, gid, mode } = target;
  const isSame = difference === "unchanged" || difference === "kept";
  if (isSame) return linkSync(entryOf(folder, place), entryOf(own, basename(name)));
  const copied = bytes ?? readWhole(folder, place);
  try {
    note(name, writeNew(own, basename(name), { path, bytes: copied, uid, gid, mode }));
  } finally {
    if (bytes === null) copied.fill(0);
  }
}

function listCarried({ carried, old }: GenerationContent): { readonly name: string; readonly place: string }[] {
  return old === null ? [] : carried.map((name) => ({ name, place: join(old, name) }));
}

function writeRecord(made: Folder, base: string, content: GenerationContent): WrittenFile {
  const bytes = Buffer.from(formatStored(recordGeneration(made, content)));
  const [uid, gid] = [ownUid(), ownGid()];
  return writeNew(made, VERSIONS, { path: join(base, VERSIONS), bytes, uid, gid, mode: 0o600 });
}

// Last: the files had to get in.
function dressFolders(folder: Folder, made: Folder, { folders, files, carried, isPart, old }: GenerationContent): void {
  for (const { name, target } of folders) dress(made, name, target);
  const declared = new Set(folders.map(({ name }) => name));
  if (!isPart || old === null) return;
  // A part of a plan may leave out what the whole says of them.
  for (const name of new Set([...carried, ...files.map((file) => file.name)].flatMap(foldersOf))) {
    const stats = lstatSync(entryOf(folder, join(old, name)), { throwIfNoEntry: false });
    if (declared.has(name) || stats?.isDirectory() !== true) continue;
    dress(made, name, { uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 });
  }
}

function foldersOf(name: string): string[] {
  const parent = dirname(name);
  return parent === "." ? [] : [...foldersOf(parent), parent];
}

function dress(made: Folder, name: string, attributes: Attributes): void {
  const fd = openSync(entryOf(made, name), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    if (setAttributes(fd, attributes)) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function readWhole(folder: Folder, name: string): Buffer {
  return readPlain(entryOf(folder, name), `${folder.shownPath}/${name}`, STORED_FILE).bytes;
}

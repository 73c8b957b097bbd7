// Refuses, before anything is fetched or written, to overwrite what was edited by hand where the config forbids it.

import { basename, dirname, join } from "node:path";
import { explainFileError } from "../../host/file-error.ts";
import { readCurrent } from "../../host/files/read-current.ts";
import { inFolder, isMissingFolder } from "../../host/folder.ts";
import { Refusal } from "../../refusal.ts";
import { locate } from "../change/generation-layout.ts";
import type { ManagedRecord } from "../state/managed.ts";
import { compareWithRecord, findDriftProblem, limitOf } from "./contact.ts";
import { plainText } from "./plain-text.ts";
import type { Target } from "./target.ts";

export function checkDrift(
  { path, source, uid, gid }: Target,
  secretsFolder: string,
  root: string,
  managed: ManagedRecord,
): void {
  if (source.kind !== "file" || source.step.onDrift !== "refuse") return;
  const [text, entry] = [plainText(source.step), managed.get(path)];
  if (text === null || entry === undefined) return;
  const wanted = Buffer.from(text);
  const place = locate(root, secretsFolder, path);
  try {
    const trust = { uids: [uid], gids: [gid] };
    const current = inFolder(root, dirname(place), trust, (folder) =>
      readCurrent(folder, basename(path), limitOf(entry, wanted)),
    );
    const problem = findDriftProblem(path, compareWithRecord(current, entry, wanted), source.step.onDrift);
    if (problem !== null) throw new Refusal("cannot-write", problem);
  } catch (error) {
    if (!isMissingFolder(error)) throw explainFileError(error, join(root, path));
  }
}

// Links the secrets under their credentials' names in /run/credstore, where systemd looks for `LoadCredential=NAME`: symlinks into
// the secrets folder, so that they always lead to the current generation. systemd treats a dangling link as a missing credential.
// Never touches what parbake did not make.

import { readdirSync, renameSync, symlinkSync } from "node:fs";
import { forEachGathering } from "../../collect-refusals.ts";
import { removeIfThere } from "../../host/files/remove-file.ts";
import { removeLeftovers, temporaryName } from "../../host/files/temporary.ts";
import { isThere, readLink } from "../../host/find-entry.ts";
import {
  entryOf,
  inEntry,
  inFolder,
  inFolderIfThere,
  isMissingFolder,
  TRUST_NOBODY_ELSE,
  type Folder,
} from "../../host/folder.ts";
import { makeFolders } from "../../host/make-folders.ts";
import { isBelow } from "../../names/plain-path.ts";
import type { Plan } from "../../plan/plan.ts";
import { declaredAt, Refusal, type Declared } from "../../refusal.ts";

const CREDSTORE = "/run/credstore";

/** @throws Refusal where somebody else's file is in the way of one. Changes nothing. */
export function checkLinks(plan: Plan, root: string): void {
  inFolderIfThere(root, CREDSTORE, TRUST_NOBODY_ELSE, (folder) => {
    forEachGathering(listLinks(plan), ({ name }) => refuseOthers(folder, name, plan.secretsFolder));
  });
}

/** Idempotent: the next run does what a killed one left undone. */
export function linkCredentials(plan: Plan, root: string): void {
  const wanted = listLinks(plan);
  if (wanted.length > 0) makeFolders(root, "/", CREDSTORE, 0o700);
  try {
    inFolder(root, CREDSTORE, TRUST_NOBODY_ELSE, (folder) =>
      inEntry(folder, ".", () => {
        removeLeftovers(folder);
        forEachGathering(wanted, ({ name, target }) => link(folder, name, target, plan.secretsFolder));
        if (plan.part === null) removeOthers(folder, new Set(wanted.map(({ name }) => name)), plan.secretsFolder);
      }),
    );
  } catch (error) {
    if (wanted.length > 0 || !isMissingFolder(error)) throw error;
  }
}

/** A credential's name, and the secret's file that it leads to. */
export interface CredentialLink {
  readonly name: string;
  readonly target: string;
}

type Link = CredentialLink & Declared;

/** Those that are there, whichever run made them. */
export function listCredentialLinks(root: string, secretsFolder: string): CredentialLink[] {
  const found: CredentialLink[] = [];
  inCredstore(root, (folder) => {
    for (const name of readdirSync(entryOf(folder, "."))) {
      const target = readLink(folder, name);
      if (target !== null && isBelow(secretsFolder, target)) found.push({ name, target });
    }
  });
  return found;
}

/** Makes those that are missing, and removes all others into the secrets folder. */
export function restoreCredentialLinks(root: string, secretsFolder: string, links: readonly CredentialLink[]): void {
  inCredstore(root, (folder) => {
    for (const { name, target } of links) link(folder, name, target, secretsFolder);
    removeOthers(folder, new Set(links.map(({ name }) => name)), secretsFolder);
  });
}

function inCredstore(root: string, work: (folder: Folder) => void): void {
  inFolderIfThere(root, CREDSTORE, TRUST_NOBODY_ELSE, (folder) => inEntry(folder, ".", () => work(folder)));
}

function listLinks({ steps }: Plan): Link[] {
  const keys = steps.flatMap((step) => (step.kind === "secret" ? step.keys : []));
  return keys.flatMap(({ credential, path, at }) =>
    credential === undefined || path === null ? [] : [{ name: credential.name, target: path, ...declaredAt(at) }],
  );
}

function link(folder: Folder, name: string, target: string, secretsFolder: string): void {
  if (readLink(folder, name) === target) return;
  refuseOthers(folder, name, secretsFolder);
  const temporary = temporaryName(name);
  symlinkSync(target, entryOf(folder, temporary));
  renameSync(entryOf(folder, temporary), entryOf(folder, name));
}

function refuseOthers(folder: Folder, name: string, secretsFolder: string): void {
  const found = readLink(folder, name);
  if (found === null ? !isThere(folder, name) : isBelow(secretsFolder, found)) return;
  throw new Refusal("cannot-write", {
    what: `${folder.shownPath}/${name} is there already, and parbake did not make it`,
    fix: "Give the secret's key another name: `credential: my-name`.",
  });
}

function removeOthers(folder: Folder, wanted: ReadonlySet<string>, secretsFolder: string): void {
  for (const name of readdirSync(entryOf(folder, "."))) {
    const target = readLink(folder, name);
    if (target !== null && isBelow(secretsFolder, target) && !wanted.has(name)) removeIfThere(entryOf(folder, name));
  }
}

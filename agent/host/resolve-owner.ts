// User and group names to numbers, by the passwd and group files of the root that parbake acts on. Never asks NSS: a
// mounted image has accounts of its own, and a directory service is not up at boot.

import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { nearest } from "../nearest.ts";
import { Refusal, type Problem } from "../refusal.ts";
import type { FileOwner } from "./attributes.ts";
import { explainingErrors } from "./file-error.ts";
import { entryOf, inFolder, TRUST_NOBODY_ELSE } from "./folder.ts";
import { readPlain, type FileKind } from "./read-plain.ts";
import { locateInRoot } from "./resolve-in-root.ts";

export interface Accounts {
  readonly users: ReadonlyMap<string, { readonly uid: number; readonly gid: number }>;
  readonly groups: ReadonlyMap<string, number>;
}

interface OwnerIds {
  readonly uid: number;
  readonly gid: number;
}

export function readAccounts(root: string): Accounts {
  const users = linesOf(readEtc(root, "passwd")).map(
    ({ name, id: uid, next }) => [name, { uid, gid: Number(next) }] as const,
  );
  const groups = linesOf(readEtc(root, "group")).map(({ name, id }) => [name, id] as const);
  // root is 0 on every Linux, also in a scratch folder that has no /etc/passwd.
  return { users: new Map([["root", { uid: 0, gid: 0 }], ...users]), groups: new Map([["root", 0], ...groups]) };
}

/** Throws a Refusal with every name that is not known; `path` is the file that the owner is for. */
export function resolveOwner(accounts: Accounts, { owner, group }: FileOwner, path: string): OwnerIds {
  const problems: Problem[] = [];
  const user = findUser(accounts, owner, path, problems);
  const gid = group === null ? user?.gid : findGroup(accounts, group, path, problems);
  if (user && gid === null) problems.push(noPrimaryGroup(owner, path));
  if (user === undefined || gid === undefined || gid === null) throw new Refusal("config", problems);
  return { uid: user.uid, gid };
}

function findUser(accounts: Accounts, owner: string, path: string, problems: Problem[]) {
  if (!isNumber(owner)) {
    const known = accounts.users.get(owner);
    if (!known) problems.push(unknownName("user", owner, accounts.users.keys(), path));
    return known;
  }
  const uid = Number(owner);
  const gid = [...accounts.users.values()].find((user) => user.uid === uid)?.gid ?? null;
  return { uid, gid };
}

function findGroup(accounts: Accounts, group: string, path: string, problems: Problem[]): number | undefined {
  if (isNumber(group)) return Number(group);
  const known = accounts.groups.get(group);
  if (known === undefined) problems.push(unknownName("group", group, accounts.groups.keys(), path));
  return known;
}

function unknownName(kind: "user" | "group", name: string, known: Iterable<string>, path: string): Problem {
  const close = nearest(name, known);
  const file = kind === "user" ? "/etc/passwd" : "/etc/group";
  return {
    what: `${path}: there is no ${kind} '${name}' in ${file}`,
    fix: close === null ? `Create it in the image, or give its number.` : `Did you mean '${close}'?`,
  };
}

function noPrimaryGroup(owner: string, path: string): Problem {
  return {
    what: `${path}: the user ${owner} is not in /etc/passwd, so its group is unknown`,
    fix: "Give `group:` too.",
  };
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

interface AccountLine {
  readonly name: string;
  readonly id: number;
  /** What follows the id: a user's group, a group's members. */
  readonly next: string | undefined;
}

/** Without those that name no account. */
function linesOf(text: string): AccountLine[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , id = "", next] = line.split(":");
    return name !== "" && isNumber(id) ? [{ name, id: Number(id), next }] : [];
  });
}

const ACCOUNTS: FileKind = {
  name: "the list of accounts",
  // Some hundred thousand accounts, more than a machine without a directory service has.
  mostBytes: 16 * 1024 * 1024,
  code: "config",
};

function readEtc(root: string, name: string): string {
  const path = locateInRoot(root, `/etc/${name}`);
  const shownPath = join(root, path);
  if (!existsSync(shownPath)) return "";
  return inFolder(root, dirname(path), TRUST_NOBODY_ELSE, (folder) =>
    explainingErrors(shownPath, () =>
      readPlain(entryOf(folder, basename(path)), shownPath, ACCOUNTS).bytes.toString("utf8"),
    ),
  );
}

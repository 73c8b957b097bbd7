// Who could change what root relies on, by owner and permission bits: one rule for the folders that parbake writes in and for
// every file that tells it what to do. Never touches the disk.

import type { Log } from "../log.ts";
import { formatProblem, Refusal, type Problem } from "../refusal.ts";
import { isRoot, ownGid, ownUid } from "./own-ids.ts";

interface Permissions {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits; the others of stat(2) do not matter. */
  readonly mode: number;
}

/** Who, beside root and the user that parbake runs as, may own it or write to it through their group. */
interface Trusted {
  readonly uids: readonly number[];
  readonly gids: readonly number[];
}

export interface Danger {
  /** What follows the path in a sentence: `may be written to by every user`. */
  readonly what: string;
  /** What root runs against it: `chmod o-w`; the path follows. */
  readonly command: string;
}

/** All that lets others write to it; none where nobody else can. */
export function listDangers({ mode, uid, gid }: Permissions, { uids, gids }: Trusted): Danger[] {
  const isForeign = uid !== 0 && uid !== ownUid() && !uids.includes(uid);
  const isOpenToAll = (mode & 0o002) !== 0;
  const isOpenToGroup = (mode & 0o020) !== 0 && gid !== 0 && gid !== ownGid() && !gids.includes(gid);
  return [
    ...(isOpenToAll ? [{ what: "may be written to by every user", command: "chmod o-w" }] : []),
    ...(isForeign ? [{ what: `belongs to the user ${uid}`, command: "chown root" }] : []),
    ...(isOpenToGroup ? [{ what: `may be written to by the group ${gid}`, command: "chmod g-w" }] : []),
  ];
}

/** The danger of what an access list (ACL) opens to others: without the group's bit it opens it to nobody. */
export const NAMED_IN_ACL: Danger = { what: "may be written to by whom its access list names", command: "chmod g-w" };

export function isWritableByGroup({ mode }: Permissions): boolean {
  return (mode & 0o020) !== 0;
}

const STICKY = 0o1000;

/** Whether only the owner of an entry, or of the folder, may rename or remove it: unlink(2). */
export function isSticky({ mode }: Permissions): boolean {
  return (mode & STICKY) !== 0;
}

/** The commands for all of these, as a shell takes them. */
export function formatCommands(dangers: readonly Danger[], ...paths: readonly string[]): string {
  return dangers.map(({ command }) => `${command} ${paths.map(quote).join(" ")}`).join(" && ");
}

/** As a shell takes it for one word. */
export function quote(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Hears of what others than root could have written, each cause once. */
export type OnUntrusted = (problems: readonly Problem[]) => void;

/** What `apply` does: as root it does nothing that others may have written. Anybody else risks only what is theirs. */
export function refusingUntrusted(log: Log): OnUntrusted {
  const warn = warningUntrusted(log);
  return (problems) => {
    if (!isRoot()) return warn(problems);
    throw new Refusal("permission", problems);
  };
}

/** What the commands do that only look. */
export function warningUntrusted(log: Log): OnUntrusted {
  return (problems) => {
    for (const problem of problems) log("warn", formatProblem(problem));
  };
}

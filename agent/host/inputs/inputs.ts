// Reads what people wrote for parbake to do: config, templates, saved plans, a CA bundle. Each is a plain file of a bounded
// size, and of each it is known who else could have written it, or a folder or a symlink on the way to it: whoever can do
// that tells root what to do. Symlinks are followed, within the root where they start there. Never writes.

import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Refusal } from "../../refusal.ts";
import { decodeUtf8, withoutMark } from "../../utf8.ts";
import { errnoOf } from "../file-error.ts";
import { readPlain } from "../read-plain.ts";
import { isSticky, isWritableByGroup, listDangers, NAMED_IN_ACL, type OnUntrusted } from "../trust.ts";
import { systemError, walk } from "../walk.ts";
import { findAccessLists } from "./access-lists.ts";
import { explainRead, noFolder, notUtf8, tooMany, type InputKind } from "./explain-read.ts";
import { describeUntrusted, type Untrusted } from "./untrusted.ts";

const NOBODY_ELSE = { uids: [], gids: [] };
// A folder with more is not meant: each of its files would be read at every boot.
const MOST_ENTRIES = 10_000;

/** One for a run: each folder is inspected once, and told of once. */
export class Inputs {
  readonly #root: string;
  readonly #onUntrusted: OnUntrusted;
  readonly #seen = new Map<string, Stats>();
  /** Folders that were judged, with whether others may make entries of their own in it. */
  readonly #entered = new Map<string, boolean>();
  readonly #found = new Set<string>();
  #realRoot: string | null = null;
  #untrusted: Untrusted[] = [];
  /** Which of them have an access list is asked once, for all. */
  readonly #openToGroup = new Map<string, Stats>();

  /** @param root `/`, or the folder that a machine's file system is mounted on */
  constructor(root: string, onUntrusted: OnUntrusted) {
    this.#root = resolve(root);
    this.#onUntrusted = onUntrusted;
  }

  /** Does `read`, and then tells what others could have written of what it has read: before anything that is wrong in it. */
  telling<T>(read: () => T): T {
    try {
      return read();
    } finally {
      this.#tell();
    }
  }

  /**
   * The text of a file that must be there.
   * @param file as the caller sees it, with the root in front
   * @throws Refusal with the kind's code, `permission` or `unavailable`
   */
  read(file: string, kind: InputKind): string {
    return withoutMark(this.readMarked(file, kind));
  }

  /** With its byte order mark, for whoever shares the file with a program that knows none. */
  readMarked(file: string, kind: InputKind): string {
    const text = decodeUtf8(this.#readBytes(file, kind));
    if (text === null) throw notUtf8(file, kind);
    return text;
  }

  /** The same; null where there is none. */
  readIfThere(file: string, kind: InputKind): string | null {
    return this.#isThere(file, kind) ? this.read(file, kind) : null;
  }

  /** The names in a folder, sorted; none where there is no such folder. */
  list(folder: string, kind: InputKind): string[] {
    try {
      const real = this.#resolve(folder);
      // Where every entry counts, nobody else may add one, be the folder sticky or not.
      this.#judge(real, this.#look(real));
      return readdirSync(real).toSorted();
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return [];
      throw errnoOf(error) === "ENOTDIR" ? noFolder(folder, kind) : explainRead(error, folder, kind);
    }
  }

  /** Every file below a folder, by its path from there; a folder that symlinks lead to twice is listed once. */
  listAll(folder: string, kind: InputKind): string[] {
    const listed = new Set<string>();
    const listBelow = (below: string): string[] => {
      const real = this.#realFolder(join(folder, below), kind);
      if (real === null) return [below];
      if (listed.has(real)) return [];
      listed.add(real);
      if (this.#seen.size > MOST_ENTRIES) throw tooMany(folder, MOST_ENTRIES, kind);
      return this.list(join(folder, below), kind).flatMap((name) => listBelow(join(below, name)));
    };
    return this.#realFolder(folder, kind) === null ? [] : listBelow("");
  }

  /** Inspects what another program opens for root: a program that is run, a file of systemd's. A missing one is no danger. */
  judge(file: string): void {
    try {
      const path = this.#resolve(file);
      this.#judge(path, this.#look(path));
    } catch (error) {
      // Whoever opens it says so.
      if (errnoOf(error) === null && !(error instanceof Refusal)) throw error;
    }
  }

  #readBytes(file: string, kind: InputKind): Buffer {
    try {
      const path = this.#resolve(file);
      const { bytes, stats } = readPlain(path, file, kind);
      this.#judge(path, stats);
      return bytes;
    } catch (error) {
      throw explainRead(error, file, kind);
    }
  }

  #isThere(file: string, kind: InputKind): boolean {
    try {
      this.#look(this.#resolve(file));
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return false;
      throw explainRead(error, file, kind);
    }
  }

  /** Null: no folder. */
  #realFolder(path: string, kind: InputKind): string | null {
    try {
      const real = this.#resolve(path);
      return this.#look(real).isDirectory() ? real : null;
    } catch (error) {
      const errno = errnoOf(error);
      // Whoever reads a dangling symlink, or a loop of them, gets the Refusal.
      if (errno === "ENOENT" || errno === "ENOTDIR" || errno === "ELOOP") return null;
      throw explainRead(error, path, kind);
    }
  }

  /** Free of symlinks, every folder on the way judged. */
  #resolve(path: string): string {
    const absolute = resolve(path);
    if (this.#root === "/") return this.#walk("/", absolute);
    const isInside = absolute === this.#root || absolute.startsWith(`${this.#root}/`);
    if (!isInside) return this.#walk("/", absolute);
    return this.#walk((this.#realRoot ??= this.#walk("/", this.#root)), absolute.slice(this.#root.length));
  }

  #walk(base: string, path: string): string {
    this.#enter(base);
    return walk(base, path, {
      linkAt: (link) => this.#follow(link),
      arrive: (at, isLast) => {
        if (!isLast && !this.#look(at).isDirectory()) throw systemError("ENOTDIR");
        this.#enter(at);
      },
    });
  }

  #follow(link: string): string | null {
    const stats = this.#look(link);
    if (!stats.isSymbolicLink()) return null;
    if (this.#enter(dirname(link))) this.#judge(link, stats);
    const text = readlinkSync(link);
    // What /proc/self/fd/N shows of something that has no name: /dev/stdin, `<(…)`.
    if (/^\w+:\[\w+\]$/.test(text)) throw systemError("ENXIO");
    return text;
  }

  /** Whether others may make entries of their own there. */
  #enter(folder: string): boolean {
    const known = this.#entered.get(folder);
    if (known !== undefined) return known;
    const stats = this.#look(folder);
    const isShared =
      isSticky(stats) && listDangers({ uid: stats.uid, gid: stats.gid, mode: 0 }, NOBODY_ELSE).length === 0;
    // In a sticky folder only its owner can replace an entry.
    if (stats.isDirectory() && !isShared) this.#judge(folder, stats);
    this.#entered.set(folder, isShared);
    return isShared;
  }

  #look(path: string): Stats {
    const known = this.#seen.get(path);
    if (known !== undefined) return known;
    const stats = lstatSync(path);
    this.#seen.set(path, stats);
    return stats;
  }

  #judge(path: string, stats: Stats): void {
    // A symlink's bits say nothing: what counts is whose it is.
    const isLink = stats.isSymbolicLink();
    const permissions = { uid: stats.uid, gid: stats.gid, mode: isLink ? 0 : stats.mode };
    const dangers = listDangers(permissions, NOBODY_ELSE);
    if (dangers.length > 0) this.#note({ path, kind: kindOf(stats), dangers });
    else if (isWritableByGroup(permissions)) this.#openToGroup.set(path, stats);
  }

  #note(untrusted: Untrusted): void {
    if (this.#found.has(untrusted.path)) return;
    this.#found.add(untrusted.path);
    this.#untrusted.push(untrusted);
  }

  #tell(): void {
    const listed = new Set(findAccessLists([...this.#openToGroup.keys()]));
    for (const [path, stats] of this.#openToGroup)
      if (listed.has(path)) this.#note({ path, kind: kindOf(stats), dangers: [NAMED_IN_ACL] });
    this.#openToGroup.clear();
    const untrusted = this.#untrusted;
    this.#untrusted = [];
    if (untrusted.length > 0) this.#onUntrusted(describeUntrusted(untrusted));
  }
}

function kindOf(stats: Stats): Untrusted["kind"] {
  if (stats.isSymbolicLink()) return "symlink";
  return stats.isDirectory() ? "folder" : "file";
}

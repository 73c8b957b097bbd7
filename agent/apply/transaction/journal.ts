// What a run is about to do, on disk before it does it, so that a run that is cut short is finished or taken back by the next.
// Lies where what it protects lies: in memory for files in memory (after a reboot there is nothing to take back, and a full
// disk must not keep a machine from its secrets), else on the disk.

import type { OnChange } from "../../config/config.ts";
import { isRunnable } from "../../names/unit-name.ts";
import type { Problem } from "../../refusal.ts";
import { readBootId } from "../state/boot-id.ts";
import { isChange, type Change } from "../change/change.ts";
import { isCleanPath, isListOf, isOnChange, isRecord, isText } from "../state/document.ts";
import { isRecordUpdate, type RecordUpdate } from "../state/managed.ts";
import { RUN_FOLDER, shownRecord, STATE_FOLDER, type OwnFolder } from "../state/run-folder.ts";
import { readState, removeState, writeState } from "../state/state-file.ts";
import type { FollowUp } from "../units/follow-up.ts";
import { isBelow } from "../../names/plain-path.ts";

const PHASES = ["swap", "act", "rollback", "settle"] as const;

/** What a killed run in this phase leaves to the next: `swap`: some files may be new, put them back. `act`: all are new,
 * follow up. `rollback`: put them back and act on the units named in the follow-up. `settle`: only drop the old files. */
export type Phase = (typeof PHASES)[number];

/** A step of the follow-up that a run took up after another was killed in it. */
export interface Begun {
  /** As a person would call it: `restart web.service`. */
  readonly step: string;
  /** Without coming back. */
  readonly times: number;
}

export interface Journal {
  readonly schema: 1;
  readonly phase: Phase;
  /** Another boot owes the units nothing: they started with the files as they are. */
  readonly bootId: string;
  readonly changes: readonly Change[];
  /** Outermost first. */
  readonly madeFolders: readonly string[];
  readonly followUp: FollowUp;
  /** The record of managed files, once the new files are to stay; null: the one that is there is right. */
  readonly managed?: RecordUpdate | null;
  /** When the run was about to make its first change: ISO 8601, UTC. Absent: an earlier parbake's. */
  readonly since?: string;
  /** Absent: no run has taken it up yet. */
  readonly begun?: readonly Begun[];
}

const NAME = "journal.json";
export const JOURNAL_FOLDERS: readonly OwnFolder[] = [STATE_FOLDER, RUN_FOLDER];

type NewJournal = Pick<Journal, "changes" | "madeFolders" | "followUp" | "managed">;

export function newJournal({ changes, madeFolders, followUp, managed = null }: NewJournal): Journal {
  const since = new Date().toISOString();
  return { schema: 1, phase: "swap", bootId: readBootId(), since, changes, madeFolders, followUp, managed };
}

export function chooseFolder(changes: readonly Change[], secretsFolder: string): OwnFolder {
  const inMemory = changes.every(({ path }) => isBelow("/run", path) || isBelow(secretsFolder, path));
  return inMemory ? RUN_FOLDER : STATE_FOLDER;
}

export function writeJournal(root: string, folder: OwnFolder, journal: Journal): void {
  writeState(root, NAME, journal, folder);
}

export function removeJournal(root: string, folder: OwnFolder): void {
  removeState(root, NAME, folder);
}

/** `unreadable` where parbake of another version, or a failing disk, wrote it. */
export function readJournal(root: string, folder: OwnFolder): Journal | "none" | "unreadable" {
  const document = readState(root, NAME, folder);
  if (document === "none" || document === "unreadable") return document;
  return isJournal(document) ? document : "unreadable";
}

/** What there is to say of one that can't be read. */
export function describeUnreadable(root: string, folder: OwnFolder): Problem {
  return {
    what: `${shownRecord(root, folder, NAME)} is no journal of this version of parbake`,
    fix: "Run `parbake apply`: it forgets it, and makes every file as declared.",
  };
}

/** Of every journal that a run has left in this boot: another boot started its units with the files as they were. */
export function readOwedActions(root: string): OnChange[] {
  return owedActions(JOURNAL_FOLDERS.map((folder) => readJournal(root, folder)));
}

export function owedActions(journals: readonly ReturnType<typeof readJournal>[]): OnChange[] {
  return journals
    .filter((found): found is Journal => typeof found === "object")
    .filter(isSameBoot)
    .flatMap(({ followUp }) => followUp.actions.map(({ unit, action }) => ({ unit, action })));
}

export function isSameBoot({ bootId }: Journal): boolean {
  return bootId === readBootId();
}

export function isEmpty({ reloadsManager, actions, healthChecks }: FollowUp): boolean {
  return !reloadsManager && actions.length === 0 && healthChecks.length === 0;
}

function isJournal(value: object): value is Journal {
  if (!isRecord(value) || value["schema"] !== 1 || !isText(value["bootId"])) return false;
  const { phase, changes, madeFolders, followUp, managed = null, since = "", begun = [] } = value;
  return (
    PHASES.some((known) => known === phase) &&
    isListOf(changes, isChange) &&
    isListOf(madeFolders, isCleanPath) &&
    isFollowUp(followUp) &&
    isText(since) &&
    isListOf(begun, isBegun) &&
    (managed === null || isRecordUpdate(managed))
  );
}

function isFollowUp(value: unknown): value is FollowUp {
  if (!isRecord(value) || typeof value["reloadsManager"] !== "boolean") return false;
  return isListOf(value["actions"], isOnChange) && isListOf(value["healthChecks"], isHealthCheck);
}

function isBegun(value: unknown): boolean {
  if (!isRecord(value) || typeof value["step"] !== "string") return false;
  return Number.isSafeInteger(value["times"]) && Number(value["times"]) >= 0;
}

function isHealthCheck(value: unknown): boolean {
  if (!isRecord(value) || !isCleanPath(value["path"]) || typeof value["holdsSecrets"] !== "boolean") return false;
  const { argv, units } = value;
  return isListOf(argv, isText) && isListOf(units, isUnit);
}

function isUnit(value: unknown): boolean {
  return isText(value) && isRunnable(value);
}

// What a run is about to do, on disk before it does it, so that a run that is cut short is finished or taken back by the next.
// Lies where what it protects lies: in memory for files in memory (after a reboot there is nothing to take back, and a full
// disk must not keep a machine from its secrets), else on the disk.

import type { OnChange } from "../../config/config.ts";
import type { JsonValue } from "../../formats/json-value.ts";
import { isBelow } from "../../names/plain-path.ts";
import { parseOnChange, parseUnit } from "../../plan/parse-on-change.ts";
import { parsePlace } from "../../plan/parse-place.ts";
import type { Problem } from "../../refusal.ts";
import type { Change } from "../change/change.ts";
import { parseChange } from "../change/parse-change.ts";
import { readBootId } from "../state/boot-id.ts";
import { parseRecordUpdate, type RecordUpdate } from "../state/managed.ts";
import { RUN_FOLDER, shownRecord, STATE_FOLDER, type OwnFolder } from "../state/own-folders.ts";
import { parseTime } from "../state/parse-time.ts";
import { readState, removeState, writeState, type StateDocument } from "../state/state-file.ts";
import type { HealthCheck } from "../units/check-health.ts";
import type { FollowUp } from "../units/follow-up.ts";
import { parseTraces, type Traces } from "./traces.ts";

const PHASES = ["swap", "act", "rollback", "settle", "confirm"] as const;

/** What a killed run in this phase leaves to the next: `swap`: some files may be new, put them back. `act`: all are new,
 * follow up. `rollback`: put them back and act on the units named in the follow-up. `settle`: only drop the old files. `confirm`: the
 * run has ended well, and somebody is to say that all stays: else it is as in `rollback`. */
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
  readonly followUp: FollowUp;
  /** The record of managed files, once the new files are to stay; null: the one that is there is right. */
  readonly managed: RecordUpdate | null;
  /** When the run was about to make its first change: ISO 8601, UTC. */
  readonly since: string;
  /** Absent: no run has taken it up yet. */
  readonly begun?: readonly Begun[];
  /** Absent: it stays without a word from anybody. In every phase before `settle`, all goes back with it. */
  readonly trial?: Trial;
}

/** What a run leaves that somebody has to confirm: see apply/confirm. */
export interface Trial {
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly until: string;
  /** Whether the follow-up names only units that were told of the new files, and so ran. */
  readonly isTold: boolean;
  readonly before: Traces;
}

const NAME = "journal.json";
export const JOURNAL_FOLDERS: readonly OwnFolder[] = [STATE_FOLDER, RUN_FOLDER];

type NewJournal = Pick<Journal, "changes" | "followUp"> & Partial<Pick<Journal, "managed">>;

export function newJournal({ changes, followUp, managed = null }: NewJournal): Journal {
  const since = new Date().toISOString();
  return { schema: 1, phase: "swap", bootId: readBootId(), since, changes, followUp, managed };
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

export function readJournal(root: string, folder: OwnFolder): StateDocument<Journal> {
  return readState(root, NAME, folder, parseJournal);
}

/** What there is to say of one that can't be read. */
export function describeUnreadable(root: string, folder: OwnFolder): Problem {
  return {
    what: `${shownRecord(root, folder, NAME)} is not a journal of this version of parbake`,
    fix: "Run `parbake apply`: it discards the journal, and makes every file as declared.",
  };
}

/** Of every journal that a run has left in this boot: another boot started its units with the files as they were. */
export function readOwedActions(root: string): OnChange[] {
  return owedActions(JOURNAL_FOLDERS.map((folder) => readJournal(root, folder)));
}

export function owedActions(journals: readonly StateDocument<Journal>[]): OnChange[] {
  return journals
    .flatMap((found) => (found.kind === "read" ? found.document : []))
    .filter((journal) => isSameBoot(journal) && journal.phase !== "confirm")
    .flatMap(({ followUp }) => followUp.actions.map(({ unit, action }) => ({ unit, action })));
}

export function isSameBoot({ bootId }: Journal): boolean {
  return bootId === readBootId();
}

/** Whether somebody may still confirm it. A reboot, and the end of its time, take it back. */
export function isPending(journal: Journal): journal is Journal & { readonly trial: Trial } {
  const { phase, trial } = journal;
  return phase === "confirm" && trial !== undefined && isSameBoot(journal) && Date.parse(trial.until) > Date.now();
}

export function isEmpty({ reloadsManager, actions, healthChecks }: FollowUp): boolean {
  return !reloadsManager && actions.length === 0 && healthChecks.length === 0;
}

function parseJournal(json: JsonValue): Journal {
  return {
    schema: 1,
    phase: json.get("phase").choice(PHASES),
    bootId: json.get("bootId").text(),
    since: json.get("since").text(),
    changes: json.get("changes").items().map(parseChange),
    followUp: parseFollowUp(json.get("followUp")),
    managed: json.get("managed").nullable(parseRecordUpdate),
    ...(json.has("begun") ? { begun: json.get("begun").items().map(parseBegun) } : {}),
    ...(json.has("trial") ? { trial: parseTrial(json.get("trial")) } : {}),
  };
}

function parseFollowUp(json: JsonValue): FollowUp {
  return {
    reloadsManager: json.get("reloadsManager").flag(),
    actions: json
      .get("actions")
      .items()
      .map((action) => ({ ...parseOnChange(action), ...parsePlace(action) })),
    healthChecks: json.get("healthChecks").items().map(parseHealthCheck),
  };
}

function parseHealthCheck(json: JsonValue): HealthCheck {
  return {
    path: json.get("path").path(),
    argv: json
      .get("argv")
      .items()
      .map((word) => word.text()),
    units: json.get("units").items().map(parseUnit),
    holdsSecrets: json.get("holdsSecrets").flag(),
    ...parsePlace(json),
  };
}

function parseBegun(json: JsonValue): Begun {
  return { step: json.get("step").text(), times: json.get("times").integer(0, Number.MAX_SAFE_INTEGER) };
}

function parseTrial(json: JsonValue): Trial {
  return {
    runId: json.get("runId").text(),
    until: parseTime(json.get("until")),
    isTold: json.get("isTold").flag(),
    before: parseTraces(json.get("before")),
  };
}

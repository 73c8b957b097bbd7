// What the run that goes on waits for, for whoever asks: a small file that it writes once a wait is longer than a second, and removes
// when it waits no more. It names its process, because a run that still asks IMDS has no lock yet.

import type { JsonValue } from "../../formats/json-value.ts";
import { formatHolder, isAlive, ownIdentity, parseHolder, type Holder } from "./lock-holder.ts";
import { readLockHolder } from "./lock.ts";
import { RUN_FOLDER } from "./own-folders.ts";
import { parseTime } from "./parse-time.ts";
import { readState, removeState, writeState } from "./state-file.ts";

const NAME = "waits.json";

/** A run that goes on. */
export interface RunningRun {
  readonly pid: number;
  /** When it began; where it has not waited for anything yet, when it took the lock: ISO 8601, UTC. */
  readonly since: string;
  /** Since then. */
  readonly forMs: number;
  /** Null: for nothing, or for less than a second so far. */
  readonly waitsFor: RunningWait | null;
}

interface RunningWait {
  /** As a sentence goes on after "it is": `asking Secrets Manager for db`. */
  readonly what: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** How long it may last in all. Null: nobody knows. */
  readonly limitMs: number | null;
}

/** @param since when the run began: ISO 8601, UTC */
export function writeWait(root: string, since: string, waitsFor: RunningWait): void {
  writeState(root, NAME, { schema: 1, holder: formatHolder(ownIdentity()), since, waitsFor });
}

export function removeWait(root: string): void {
  removeState(root, NAME);
}

/** The run that holds the lock, else one that has come only so far as to wait for something; null: none goes on. */
export function readRunning(root: string, nowMs = Date.now()): RunningRun | null {
  const [holder, waiting] = [readLockHolder(root), readWaiting(root)];
  if (holder !== null && holder.pid !== waiting?.holder.pid)
    return { ...holder, ...age(holder, nowMs), waitsFor: null };
  if (waiting === null) return null;
  const { since, waitsFor } = waiting;
  return { pid: waiting.holder.pid, since, ...age(waiting, nowMs), waitsFor };
}

function age({ since }: { readonly since: string }, nowMs: number): Pick<RunningRun, "forMs"> {
  return { forMs: Math.max(0, nowMs - Date.parse(since)) };
}

// One that was cut short leaves its file behind.
function readWaiting(root: string): Waiting | null {
  const found = readState(root, NAME, RUN_FOLDER, parseWaiting);
  return found.kind === "read" && isAlive(found.document.holder) ? found.document : null;
}

interface Waiting {
  readonly holder: Holder;
  readonly since: string;
  readonly waitsFor: RunningWait;
}

function parseWaiting(json: JsonValue): Waiting {
  const holder = parseHolder(json.get("holder").word((text) => parseHolder(text) !== null, "a process"));
  const wait = json.get("waitsFor");
  return {
    holder: holder ?? NOBODY,
    since: parseTime(json.get("since")),
    waitsFor: {
      what: wait.get("what").text(),
      since: parseTime(wait.get("since")),
      limitMs: wait.get("limitMs").nullable((limit) => limit.number()),
    },
  };
}

/** In the place of one that is refused. */
const NOBODY: Holder = { pid: 0, startTicks: "", bootId: "" };

// Which files were taken back because nobody confirmed them. The config still asks for them, and so would the next boot: runs that
// nobody watches leave these files alone, until a person applies.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { JsonValue } from "../../formats/json-value.ts";
import type { Log } from "../../log.ts";
import { isBelow } from "../../names/plain-path.ts";
import { Refusal } from "../../refusal.ts";
import { readBootId } from "./boot-id.ts";
import { STATE_FOLDER } from "./own-folders.ts";
import { readState, removeState, writeState } from "./state-file.ts";

export interface TakenBack {
  /** The run that made them. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Absolute, as the booted machine sees them. */
  readonly paths: readonly string[];
}

const NAME = "taken-back.json";

/** Where it can't be noted, the files go back all the same. */
export function noteTakenBack(root: string, what: Pick<TakenBack, "runId" | "paths">, log: Log): void {
  try {
    const document = { schema: 1, ...what, at: new Date().toISOString(), bootId: readBootId() };
    writeState(root, NAME, document, STATE_FOLDER);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log("warn", `the next boot may make the files again that are taken back: ${error.message}`);
  }
}

/** Null: there are none. */
export function readTakenBack(root: string): TakenBack | null {
  // At every boot.
  if (!existsSync(join(root, STATE_FOLDER, NAME))) return null;
  const found = readState(root, NAME, STATE_FOLDER, parseTakenBack);
  if (found.kind !== "read") return null;
  const { bootId, paths, ...rest } = found.document;
  // After a reboot memory has neither the old file nor the new one.
  const isThere = (path: string) => bootId === readBootId() || !isBelow("/run", path);
  return { ...rest, paths: paths.filter(isThere) };
}

export function forgetTakenBack(root: string): void {
  if (existsSync(join(root, STATE_FOLDER, NAME))) removeState(root, NAME, STATE_FOLDER);
}

function parseTakenBack(json: JsonValue): TakenBack & { readonly bootId: string } {
  return {
    runId: json.get("runId").text(),
    at: json.get("at").text(),
    bootId: json.get("bootId").text(),
    paths: json
      .get("paths")
      .items()
      .map((path) => path.path()),
  };
}

// How often parbake.service has failed in a row, and whether another try may help: by that parbake-retry.timer tries again, or
// does not. A reboot forgets it.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { JsonValue } from "../../formats/json-value.ts";
import { TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { Refusal } from "../../refusal.ts";
import { RUN_FOLDER } from "./own-folders.ts";
import { readState, removeState, writeState } from "./state-file.ts";
import { writeWhole } from "./write-whole.ts";

export interface Failures {
  /** In a row, since the machine started. */
  readonly count: number;
  /** Of these, the last so many were bugs of ours. */
  readonly bugs: number;
  /** Why parbake does not try again by itself, as a sentence; null: it does. */
  readonly givenUp: string | null;
}

const NAME = "failures.json";
/** parbake-retry.timer has it as a condition. */
const GIVEN_UP = "given-up";

/** What a bug comes of may pass once or twice: the next run meets other files, another answer. */
const MOST_BUGS = 3;

/** @param before of the runs before this one; null: the last one ended well */
export function countFailure(failure: unknown, before: Failures | null): Failures {
  const isBug = !(failure instanceof Refusal) || failure.code === "bug";
  const count = (before?.count ?? 0) + 1;
  const bugs = isBug ? (before?.bugs ?? 0) + 1 : 0;
  if (isBug) return { count, bugs, givenUp: bugs < MOST_BUGS ? null : `a bug has ended it ${bugs} times in a row` };
  return { count, bugs, givenUp: failure.isRetryable ? null : explain(failure) };
}

function explain({ code }: Refusal): string {
  switch (code) {
    case "usage":
      return "only a change of its command line or of /etc/parbake/environment mends this";
    case "config":
      return "only a change of the config mends this";
    case "data":
      return "only a change of the templates or of the config mends this";
    case "hangup":
    case "interrupted":
    case "terminated":
      return "it was stopped";
    case "permission":
    case "unavailable":
    case "system":
    case "cannot-write":
    case "locked":
    case "bug":
      return "only a change on this machine mends this";
  }
}

/** For whoever waits. */
export function tellNoRetry(reason: string): string {
  return `parbake does not try again by itself: ${explainNoRetry(reason)}`;
}

/** Why parbake has given up, and what to do once that is mended. */
export function explainNoRetry(reason: string): string {
  return `${reason}. Then: systemctl restart parbake`;
}

/** One look at a file that is not there, where no run has failed. */
export function haveFailed(root: string): boolean {
  return existsSync(join(root, RUN_FOLDER, NAME));
}

/** Null: the last run ended well, or nothing is known. */
export function readFailures(root: string): Failures | null {
  const found = readState(root, NAME, RUN_FOLDER, parseFailures);
  return found.kind === "read" ? found.document : null;
}

function parseFailures(json: JsonValue): Failures {
  return {
    count: json.get("count").integer(1, Number.MAX_SAFE_INTEGER),
    bugs: json.get("bugs").integer(0, Number.MAX_SAFE_INTEGER),
    givenUp: json.get("givenUp").nullable((reason) => reason.text()),
  };
}

/** The mark is written last: a machine with a full /run tries again. */
export function writeFailures(root: string, failures: Failures): void {
  writeState(root, NAME, { schema: 1, ...failures });
  if (failures.givenUp !== null)
    writeWhole(root, `${RUN_FOLDER}/${GIVEN_UP}`, `${failures.givenUp}\n`, TRUST_NOBODY_ELSE);
}

/** As a run begins: whatever kills it, the timer tries again. */
export function takeUpAgain(root: string): void {
  removeState(root, GIVEN_UP);
}

export function forgetFailures(root: string): void {
  removeState(root, NAME);
}

// What a run did, for `status`, for monitoring and for the person who asks why. An interface: fields are added, never
// renamed. Never a secret's value, its length or its hash.

import type { FileDifference } from "./read-current.ts";
import type { Storage } from "./secret-store.ts";
import type { UnitReport } from "./units.ts";
import { readState, writeState } from "./state-file.ts";

export interface StageReport {
  readonly name: string;
  readonly tookMs: number;
}

export interface FileReport {
  readonly path: string;
  readonly change: FileDifference;
  /** `passed`, or why not; null where there was nothing to validate. */
  readonly validation: string | null;
}

export interface SecretReport {
  readonly name: string;
  readonly id: string;
  readonly versionId: string;
  /** The greatest change among the files of its keys; `unchanged` also where only templates use it. */
  readonly change: FileDifference;
}

export interface Report {
  readonly schema: 1;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly result: "done" | "failed";
  /** Whether anything on the machine is different now. */
  readonly changed: boolean;
  readonly stages: readonly StageReport[];
  readonly files: readonly FileReport[];
  readonly secrets: readonly SecretReport[];
  readonly units: readonly UnitReport[];
  /** Null where no secret was wanted. */
  readonly storage: Storage | null;
  readonly problems: readonly { readonly what: string; readonly fix: string }[];
  readonly versions: { readonly parbake: string; readonly node: string };
}

const NAME = "report.json";

export function writeReport(root: string, report: Report): void {
  writeState(root, NAME, report);
}

/** The report of the last run since the machine started; null where there was none. */
export function readReport(root: string): Report | null {
  const document = readState(root, NAME);
  return isReport(document) ? document : null;
}

// Only parbake writes there: the schema's number is all there is to check.
function isReport(document: object | null): document is Report {
  return document !== null && "schema" in document && document.schema === 1;
}

// What a run did, for `status`, for monitoring and for the person who asks why. An interface: fields are added, never
// renamed. Never a secret's value, its length or its hash.

import type { Log } from "../log.ts";
import { Refusal } from "../refusal.ts";
import type { HealthReport } from "../apply/units/check-health.ts";
import { parseReport } from "./parse-report.ts";
import type { FileDifference } from "../host/files/read-current.ts";
import type { Recovery } from "../apply/transaction/recover.ts";
import { RUN_FOLDER, shownRecord } from "../apply/state/run-folder.ts";
import type { Storage } from "../apply/secrets/memory-guarantee.ts";
import { readState, removeState, writeState } from "../apply/state/state-file.ts";
import type { UnitReport } from "../apply/units/unit-actions.ts";

export interface StageReport {
  readonly name: string;
  readonly tookMs: number;
}

export interface FileReport {
  readonly path: string;
  readonly change: FileDifference;
  /** `passed`, or why not; null where there was nothing to validate. */
  readonly validation: string | null;
  /** Whether it was there before parbake wrote it for the first time, in this run. */
  readonly adopted: boolean;
  /** An edit by hand that was overwritten, or kept; null: there was none. `since` is ISO 8601, UTC. */
  readonly drift: { readonly since: string } | null;
}

export interface FolderReport {
  readonly path: string;
  readonly change: FileDifference;
}

export interface SecretReport {
  readonly name: string;
  readonly id: string;
  readonly versionId: string;
  /** `current`: what was stored is the current version, and was not fetched again. `kept`: AWS could not be asked. */
  readonly source: "fetched" | "current" | "kept";
  /** The greatest change among the files of its keys; `unchanged` also where only templates use it. */
  readonly change: FileDifference;
}

/** A secret that is in the secrets folder when the run is over, whichever run fetched it. */
export interface StoredSecretReport {
  readonly name: string;
  readonly id: string;
  readonly versionId: string;
  /** When this version was fetched: ISO 8601, UTC. */
  readonly fetchedAt: string;
}

export interface HeldReport {
  /** `secret db`, or a file's path. */
  readonly what: string;
  /** Those that need it and wait; none where it is in place from an earlier run. */
  readonly units: readonly string[];
  readonly because: readonly { readonly what: string; readonly fix: string }[];
}

/** How often a service had to be asked again. */
export interface Retries {
  imds: number;
  secretsManager: number;
}

export interface Versions extends Readonly<Record<string, string>> {
  readonly parbake: string;
  readonly commit: string;
  readonly node: string;
  /** The day of the table of instance types. */
  readonly catalogue: string;
}

export interface Report {
  readonly schema: 1;
  /** Start and process: later runs have later ids. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly tookMs: number;
  readonly result: "done" | "failed";
  /** Whether anything on the machine is different now. */
  readonly changed: boolean;
  /** Whether the old files were put back after the new ones were in place. */
  readonly rolledBack: boolean;
  /** What became, first of all, of an earlier run that was cut short; null: there was none. */
  readonly recovered: Recovery | null;
  readonly stages: readonly StageReport[];
  readonly folders: readonly FolderReport[];
  readonly files: readonly FileReport[];
  readonly secrets: readonly SecretReport[];
  readonly storedSecrets: readonly StoredSecretReport[];
  readonly units: readonly UnitReport[];
  readonly healthChecks: readonly HealthReport[];
  /** Null where no secret was wanted. */
  readonly storage: Storage | null;
  /** What could not be done for want of a secret; the rest of the plan was. */
  readonly held: readonly HeldReport[];
  /** What the run went on in spite of. */
  readonly warnings: readonly { readonly what: string; readonly fix: string }[];
  readonly problems: readonly { readonly what: string; readonly fix: string }[];
  readonly retries: Readonly<Retries>;
  readonly versions: Versions;
}

const NAME = "report.json";

function writeReport(root: string, report: Report): void {
  writeState(root, NAME, report);
}

/** A run has done its work whether its report could be written or not, and a boot does not fail for it; but never in silence, and
 * never with another run's report in the place of its own. */
export function leaveReport(root: string, report: Report, log: Log): void {
  try {
    writeReport(root, report);
  } catch (error) {
    log("error", `the report could not be written: ${error instanceof Error ? error.message : "unknown"}`);
    removeReport(root);
  }
}

// What could not be written may not be removable either.
function removeReport(root: string): void {
  try {
    removeState(root, NAME);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/**
 * The report of the last run since the machine started; null where there was none.
 * @throws Refusal where there is one that can't be made out, or that others may have written
 */
export function readReport(root: string): Report | null {
  const document = readState(root, NAME);
  if (document === "none") return null;
  const report = document === "unreadable" ? null : parseReport(document);
  if (report !== null) return report;
  throw new Refusal("data", {
    what: `${shownRecord(root, RUN_FOLDER, NAME)} is no report of this version of parbake`,
    fix: "Remove it and run `parbake apply`, which writes it anew.",
  });
}

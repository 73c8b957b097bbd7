// What a run did, for `status`, for monitoring and for the person who asks why. An interface: fields are added, never
// renamed. Never a secret's value, its length or its hash.

import type { Machine, MachineChange } from "../apply/state/last-machine.ts";
import type { OnChange } from "../config/config.ts";
import type { FileDifference } from "../host/files/read-current.ts";
import type { Wave } from "../plan/waves.ts";

export interface StageReport {
  readonly name: string;
  readonly tookMs: number;
}

/** A step of the run: a stage, a question to a service, a program that ran. */
export interface SpanReport {
  readonly name: string;
  /** Since the run began. */
  readonly startMs: number;
  readonly tookMs: number;
  /** The step that it is a part of, by its place in the list; null: of the run. */
  readonly parent: number | null;
  /** How often a service was asked. */
  readonly tries: number;
}

/** What became of a part of the run that is applied as a whole. */
export interface WaveReport {
  readonly name: Wave;
  /** `partly`: without what is held. `failed`: nothing of it is in place, be it that it never began. */
  readonly result: "done" | "partly" | "failed";
  /** From the run's start until it was in place and its units were released, or taken back. Null: it never began. */
  readonly tookMs: number | null;
  /** Those that it released. */
  readonly units: readonly string[];
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

interface HeldReport {
  /** `secret db`, or a file's path. */
  readonly what: string;
  /** Those that need it and wait; none where it is in place. */
  readonly units: readonly string[];
  /** Whether what an earlier run stored of it stays. Absent in reports of versions before it. */
  readonly isInPlace?: boolean;
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

/** The image that the machine started from, as `seal` described it. */
export interface ImageReport {
  /** ISO 8601, UTC. */
  readonly bakedAt: string;
  /** When the run looked. */
  readonly ageMs: number;
  /** What the machine was launched from; null: IMDS did not say. */
  readonly amiId: string | null;
  /** What the bake began from, and what it is called; null: whoever sealed it did not say. */
  readonly baseImage: string | null;
  readonly family: string | null;
  readonly sourceCommit: string | null;
}

/** The machine that the run was on. */
export interface MachineReport extends Machine {
  /** Since the last run. */
  readonly change: MachineChange;
  /** What the last run saw; null: the same, or there was none. */
  readonly before: Machine | null;
}

export interface Report {
  readonly schema: 1;
  /** Start and process: later runs have later ids. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** When it began, by the kernel's own clock, as systemd's times are; null: a run of an earlier version. */
  readonly sinceBootMs: number | null;
  readonly tookMs: number;
  readonly result: "done" | "failed";
  /** Whether anything on the machine is different now. */
  readonly changed: boolean;
  /** Whether the old files were restored after the new ones were in place. */
  readonly rolledBack: boolean;
  /** What became, first of all, of an earlier run that was cut short; null: there was none. */
  readonly recovered: Recovery | null;
  /** Null: the image was never sealed. */
  readonly image: ImageReport | null;
  /** Null: a run in an image, or one that ended before it knew. */
  readonly machine: MachineReport | null;
  readonly stages: readonly StageReport[];
  /** The stages once more, and what they waited for, in the order in which they began. */
  readonly spans: readonly SpanReport[];
  /** Those that the plan has. Waves that were joined took equally long. */
  readonly waves: readonly WaveReport[];
  readonly folders: readonly FolderReport[];
  readonly files: readonly FileReport[];
  readonly secrets: readonly SecretReport[];
  readonly storedSecrets: readonly StoredSecretReport[];
  readonly units: readonly UnitReport[];
  readonly healthChecks: readonly HealthReport[];
  /** Null where no secret was wanted. */
  readonly storage: Storage | null;
  /** What could not be done because a secret could not be fetched, IMDS was away or a wave failed; the rest of the plan was. */
  readonly held: readonly HeldReport[];
  /** Until when `parbake confirm` keeps what the run did; whether it has, `status` says. ISO 8601, UTC. Null: it stays without. */
  readonly confirmUntil: string | null;
  /** What the run went on in spite of. */
  readonly warnings: readonly { readonly what: string; readonly fix: string }[];
  readonly problems: readonly { readonly what: string; readonly fix: string }[];
  readonly retries: Readonly<Retries>;
  readonly versions: Versions;
}

export interface UnitReport extends OnChange {
  /** `queued` where waiting would deadlock; the others say why nothing was done. */
  readonly outcome:
    | "done"
    | "queued"
    | "not running, nothing to do"
    | "no such unit"
    | "no systemd here"
    | "not done: --root"
    | "failed"
    | typeof GIVEN_UP
    | "not tried: another failed"
    | "not tried: stopped";
  /** What became of it with the old files; only where they were restored. */
  readonly rollbackOutcome?: UnitReport["outcome"];
}

/** The step ended parbake itself, and again when it was taken up again. */
export const GIVEN_UP = "given up: parbake did not come back from it";

export interface HealthReport {
  readonly path: string;
  /** `passed`, `failed`, or why it was not asked. */
  readonly outcome: string;
}

/** What became of an earlier run. */
export type Recovery = "undone" | "finished" | "rolled back";

/** The strongest first. */
export type Guarantee =
  | "unswappable"
  | "no swap on this machine"
  /** MemorySwapMax=0, for as long as the kernel counts the pages as parbake's. */
  | "no swap in parbake's cgroup"
  | "swappable";

export interface Storage {
  readonly folder: string;
  readonly fileSystem: "tmpfs" | "ramfs";
  readonly guarantee: Guarantee;
}

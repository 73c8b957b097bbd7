// The Plan: what dry run prints and apply performs. Plain data; it holds references to secrets, never a value.

import type {
  Credential,
  FileOwner,
  LeastGuarantee,
  NewlinePolicy,
  OnChange,
  OnDrift,
  OnUnavailable,
  SecretVersion,
} from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import type { Declared, Problem } from "../refusal.ts";
import type { BelowUseful, Setting } from "../tuning/profile/profile.ts";
import type { Place } from "../formats/encoders/format-rules.ts";

/** Points at one key of one declared secret. */
export interface SecretReference {
  readonly secret: string;
  readonly key: string;
}

/** A secret value's hole in a file: `encode(format, value, place, type)` gives what fills it. */
export interface SecretPart {
  readonly reference: SecretReference;
  readonly format: TemplateFormat;
  /** Absent: `alone`. */
  readonly place?: Place;
  /** What the value must spell, and is read as. Absent: text. */
  readonly type?: ScalarType;
}

export type ScalarType = "number" | "boolean";

/** Text of a file, with holes for the secret values that only apply can fill. */
export type ContentPart = string | SecretPart;

export type TemplateFormat =
  | "json"
  | "yaml"
  | "toml"
  | "ini"
  | "properties"
  | "env"
  | "sh"
  | "xml"
  | "nginx"
  | "systemd"
  | "postgresql"
  | "text";

/** A folder as it is to be before any file is written. Never removed. */
export interface FolderStep extends FileOwner, Declared {
  readonly kind: "folder";
  /** Absolute, as the booted machine sees it (without `--root`). */
  readonly path: string;
}

export interface SecretKey extends FileOwner, Declared {
  readonly key: string;
  /** JSON Pointer to the value; absent: the key itself. */
  readonly pointer?: string;
  /** Absent: the bytes as they are. */
  readonly newline?: NewlinePolicy;
  /** Absolute; null: no file of its own. */
  readonly path: string | null;
  /** Absent: nothing is done when the file has changed. */
  readonly onChange?: readonly OnChange[];
  /** Absent: no credential of systemd's. Where it is there, so is a path. */
  readonly credential?: Credential;
}

/** One version of one secret. The version before of `db`, where it is wanted too, is the step `db.previous`. */
export interface SecretStep extends Declared {
  readonly kind: "secret";
  readonly name: string;
  readonly id: string;
  /** Null: the instance's. */
  readonly region: string | null;
  /** Absent: the current one. */
  readonly version?: SecretVersion;
  /** Absent: a run that cannot have it fails. */
  readonly onUnavailable?: OnUnavailable;
  readonly keys: readonly SecretKey[];
}

export interface FileStep extends FileOwner, Declared {
  readonly kind: "file";
  readonly template: string;
  /** Absolute, as the booted machine sees it (without `--root`). */
  readonly path: string;
  readonly format: TemplateFormat;
  /** Why it is this one, for people: `the target's name`, `as the config says`. */
  readonly formatReason: string;
  /** Whether the template reads `apps`: what `apply --only tuning` writes. */
  readonly isTuned: boolean;
  /** One string where no secret value is printed. */
  readonly content: readonly ContentPart[];
  readonly validate: readonly string[] | null;
  readonly onChange: readonly OnChange[];
  /** argv, run after the reloads. Null: not checked. */
  readonly healthCheck: readonly string[] | null;
  readonly onDrift: OnDrift;
}

export type Step = FolderStep | SecretStep | FileStep;

/** What `apply --only` narrows a plan to. */
export type PlanPart = "files" | "secrets" | "tuning";

/** A setting that is less than the app would have with more memory, both as the app's config wants them. */
export interface GivenUp {
  readonly setting: string;
  readonly wanted: string;
  readonly got: string;
}

/** `possible`: what is left of a run whose secrets cannot all be had. No plan that is printed or saved is that. */
export type PerformedPart = PlanPart | "possible";

export interface AppPlan {
  readonly name: string;
  readonly profile: string;
  /** Whether a smaller machine does without it. */
  readonly optional: boolean;
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly cores: number;
  readonly settings: Readonly<Record<string, Setting>>;
  /** In the order in which the profile gives things up; none where the share is large enough. */
  readonly degraded: readonly GivenUp[];
  /** Values that are legal and that an expert would not sign. */
  readonly belowUseful: readonly BelowUseful[];
}

/** An app of the config, and an amount of memory. */
export interface AppAmount {
  readonly app: string;
  readonly memoryBytes: number;
}

/**
 * Why the page cache has memory to itself. `caps`: every app has all that it can use. `left out`: the machine is too small
 * for an optional app, and the others have their floors. `no apps`: none of the image takes memory.
 */
export type UnallocatedReason = "caps" | "left out" | "no apps";

export interface BudgetPlan {
  readonly availableBytes: number;
  readonly reservedBytes: number;
  /** Left to the page cache: what no app could use. */
  readonly unallocatedBytes: number;
  /** Null: nothing is left but the few bytes that do not divide. */
  readonly unallocatedReason: UnallocatedReason | null;
  /** By how much their weights would give apps more than they can use, in the config's order. */
  readonly spare: readonly AppAmount[];
  /** How much of that other apps have got; the page cache has what is left of it. */
  readonly gained: readonly AppAmount[];
  /** Optional apps that this machine is too small for, in the config's order. */
  readonly leftOut: readonly string[];
}

export interface Plan {
  readonly schema: 1;
  readonly facts: Facts;
  readonly budget: BudgetPlan;
  readonly apps: readonly AppPlan[];
  /** Null: the whole plan, so that what parbake once wrote and no step names is no longer declared. */
  readonly part: PerformedPart | null;
  /** Folders first, parents before what is in them; then secrets, then files, each in the config's order. */
  readonly steps: readonly Step[];
  readonly secretsFolder: string;
  /** The most that the secrets folder will hold. */
  readonly secretsSizeBytes: number;
  readonly secretsGuarantee: LeastGuarantee;
  /** What is allowed and looks like a mistake, each with its place. */
  readonly warnings: readonly Problem[];
}

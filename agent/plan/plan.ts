// The Plan: what dry run prints and apply performs. Plain data; it holds references to secrets, never a value.

import type {
  Credential,
  LeastGuarantee,
  NewlinePolicy,
  OnChange,
  OnDrift,
  OnUnavailable,
  SecretVersion,
} from "../config/config.ts";
import type { Facts } from "../facts/facts.ts";
import type { ContentPart } from "../formats/content.ts";
import type { TemplateFormat } from "../formats/format.ts";
import type { FileOwner } from "../host/attributes.ts";
import type { Declared, Problem } from "../refusal.ts";
import type { AppPlan, BudgetPlan } from "../tuning/tuning.ts";

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

/** One version of one secret. The version before of `db`, where a key asks for it, is the step `db.previous`. */
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
  /** Its template reads what only IMDS tells. Absent: this machine's hardware and the config decide all of it. */
  readonly ofInstance?: true;
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

/** `possible`: what is left of a run whose secrets cannot all be had. No plan that is printed or saved is that. */
type PerformedPart = PlanPart | "possible";

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

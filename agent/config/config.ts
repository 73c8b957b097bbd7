// The operator's configuration after validation: every default filled in, every size in bytes, every list in file order.

import type { TemplateFormat } from "../formats/format.ts";
import type { FileOwner } from "../host/attributes.ts";
import type { PlacedPattern } from "../names/type-pattern.ts";
import type { Position } from "../refusal.ts";

export type ReserveRule =
  /** parbake's own: a fixed part, and ever smaller shares of ever more memory. */
  | { readonly kind: "tiers" }
  /** The larger of the share and the minimum, never above the maximum. A size is a minimum that is the maximum, too. */
  | {
      readonly kind: "share";
      /** 0 to 1, of the memory that the OS reports. */
      readonly share: number;
      readonly minBytes: number;
      readonly maxBytes: number;
    };

export type OptionValue = string | number | boolean;

/** That systemd and the kernel keep an app to its share. */
export interface Enforcement {
  /** Null: the only one that the app's files name in onChange. */
  readonly unit: string | null;
  /** MemoryHigh as a part of MemoryMax. Null: not set. */
  readonly highPercent: number | null;
  readonly at: Position;
}

export interface AppConfig {
  readonly name: string;
  readonly profile: string;
  readonly memory: {
    /** Null: the profile's usual one. */
    readonly weight: number | null;
    /** The floor: the app gets at least this or the run is refused. Null: the profile's own. */
    readonly minBytes: number | null;
    /** The cap. Null: the profile's own, or none. */
    readonly maxBytes: number | null;
  };
  readonly cpu: { readonly weight: number };
  /** Left out where the floors of all apps do not fit. */
  readonly optional: boolean;
  /** Absent: nobody keeps it to its share but the app itself. */
  readonly enforce?: Enforcement;
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Where the value of each option stands. Absent: where the app does. */
  readonly optionsAt?: Readonly<Record<string, Position>>;
  readonly at: Position;
}

/** Which version of a secret is meant. */
export type SecretVersion =
  /** The one that has this staging label. */
  | { readonly kind: "stage"; readonly stage: string }
  | { readonly kind: "pinned"; readonly versionId: string }
  /** AWSPREVIOUS; the current one of a secret that has never been rotated. */
  | { readonly kind: "previous" };

/** What is done about a value's last newline: `strip` takes all of them away, `ensure` adds one where there is none. */
export type NewlinePolicy = "strip" | "ensure";

export interface SecretFile extends FileOwner {
  /** Path below the secrets folder; null where only templates use it. */
  readonly file: string | null;
}

/** How services get a value from systemd: `LoadCredential=`. */
export interface Credential {
  /** What the service finds it as in `$CREDENTIALS_DIRECTORY`. */
  readonly name: string;
  /** The services that get it: parbake writes their drop-ins, their own unit files stay unchanged. */
  readonly units: readonly string[];
}

export interface SecretKeyConfig extends SecretFile {
  /** The JSON key, or the name for templates of what `pointer` points at. */
  readonly key: string;
  /** JSON Pointer (RFC 6901) into the secret; absent: the key itself. */
  readonly pointer?: string;
  /** Absent: the bytes as they are. */
  readonly newline?: NewlinePolicy;
  /** The same of the version before, beside it. */
  readonly previous?: SecretFile;
  /** What is done when a file of this key has changed. Absent: nothing. */
  readonly onChange?: readonly OnChange[];
  /** Absent: no credential of systemd's. */
  readonly credential?: Credential;
  readonly at: Position;
}

/** What becomes of a secret while AWS cannot be reached: `keep` leaves the version that is stored, if there is one. */
export type OnUnavailable = "keep";

/** The least that the memory of the secrets must keep to: never in swap; no swap to get into; any memory. */
export type LeastGuarantee = "unswappable" | "no-swap" | "swappable";

export interface SecretConfig {
  readonly name: string;
  /** Name or ARN in Secrets Manager. */
  readonly id: string;
  /** Null: the instance's. An ARN has its own. */
  readonly region: string | null;
  /** Absent: the current one. */
  readonly version?: SecretVersion;
  /** Absent: a run that cannot have it fails. */
  readonly onUnavailable?: OnUnavailable;
  /** JSON keys of the secret; the key `"."` stands for the whole string or binary. */
  readonly keys: readonly SecretKeyConfig[];
  readonly at: Position;
}

export interface OnChange {
  readonly action: "reload" | "restart";
  readonly unit: string;
}

/** What becomes of a file that was edited by hand since parbake last wrote it. */
export type OnDrift = "overwrite" | "keep" | "refuse";

export interface FileConfig extends FileOwner {
  /** File name below the templates folder. */
  readonly template: string;
  /** Absolute path of the rendered file. */
  readonly path: string;
  /** Null: told by the names of the target and of the template. */
  readonly format: TemplateFormat | null;
  /** argv; `{}` stands for the staged file. Null: not validated. */
  readonly validate: readonly string[] | null;
  readonly onChange: readonly OnChange[];
  /** argv, run after the reloads; a status other than 0 has the old files restored. Null: not checked. */
  readonly healthCheck: readonly string[] | null;
  readonly onDrift: OnDrift;
  readonly at: Position;
}

/** How old the image may be that a machine starts from. */
export interface ImageAgeLimit {
  readonly limitMs: number;
  readonly policy: "warn" | "fail";
  readonly at: Position;
}

/** A folder that is there with this owner and mode before any file is written. */
export interface FolderConfig extends FileOwner {
  /** Absolute. */
  readonly path: string;
  readonly at: Position;
}

export interface AwsConfig {
  /** Fetch 20 secrets in one call, of which an account has 100 a second, instead of one each, of which it has 10,000. */
  readonly batch: boolean;
  /** The longest of the random waits before a run's first call of Secrets Manager. */
  readonly startJitterMs: number;
}

export interface Config {
  /** `required`: no IMDS, no apply. `optional`: tuning from the hardware alone is good enough. */
  readonly imds: "required" | "optional";
  readonly reserve: { readonly memory: ReserveRule };
  /** EC2's names of the CPU architectures that this image is built for; none: nothing is said of it. */
  readonly architectures: readonly string[];
  /** The instance types that this image is for; none: nothing is said of it. A boot does not ask which types there are. */
  readonly launchOn: readonly PlacedPattern[];
  readonly apps: readonly AppConfig[];
  readonly secrets: readonly SecretConfig[];
  readonly aws: AwsConfig;
  readonly files: readonly FileConfig[];
  readonly folders: readonly FolderConfig[];
  /** Absolute path of the Prometheus textfile that each run leaves. Null: none. */
  readonly metrics: string | null;
  /** Null: any age is good. */
  readonly maxImageAge: ImageAgeLimit | null;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Where each of them stands. */
  readonly varsAt: Readonly<Record<string, Position>>;
  /** Absolute, inside the root that parbake acts on. */
  readonly templatesFolder: string;
  /** Must be tmpfs or ramfs. */
  readonly secretsFolder: string;
  /** The most that the secrets folder will hold: memory that no app can have. */
  readonly secretsSizeBytes: number;
  readonly secretsGuarantee: LeastGuarantee;
  /** The files that this came from, the main one first. */
  readonly sources: readonly string[];
}

// A parsed command line.

import type { OptionValue } from "../config/config.ts";
import type { FleetLimits } from "../fleet/judge-image.ts";
import type { LogLevel } from "../log.ts";
import type { CommandName } from "./commands.ts";

export type LogFormat = "text" | "json" | "journal";

/** The machine that a command computes for. */
export type MachineChoice =
  | { readonly kind: "here" }
  /** Their names, or patterns of these. */
  | { readonly kind: "types"; readonly names: readonly string[] }
  | { readonly kind: "size"; readonly memoryBytes: number; readonly vcpus: number };

/** `tune` alone can go through the whole catalogue. */
export type TuneMachineChoice = MachineChoice | ({ readonly kind: "all-types" } & TypeFilter);

export type SortKey = "name" | "memory" | "vcpus" | "fits";

/** Which types of the catalogue are told of, and in which order. */
export interface TypeFilter {
  /** Patterns of families; null: all. */
  readonly families: readonly string[] | null;
  /** Only those on which the image fits. */
  readonly fits: boolean;
  /** Of what the OS sees; null: no bound. */
  readonly maxMemoryBytes: number | null;
  readonly sort: SortKey;
}

export type Shell = "bash" | "zsh" | "fish";

export type Part = "files" | "secrets" | "tuning";

export interface GlobalOptions {
  readonly configFile: string;
  readonly root: string;
  readonly deadlineMs: number;
  readonly json: boolean;
  /** Whether one may show what the command says. */
  readonly pager: boolean;
  /** Null: by where the log goes. */
  readonly logLevel: LogLevel | null;
  readonly logFormat: LogFormat | null;
}

/** What a command does with the programs of an image. */
export interface ValidatorOptions {
  /** A file that could not be validated is a failure. */
  readonly strict: boolean;
  /** Whether they may run at all. */
  readonly validators: boolean;
}

export type Command =
  /** `planFile` null: the plan is made here and now. `force`: fetch every secret, even where what is stored is current. */
  | ({
      readonly kind: "apply";
      readonly only: Part | null;
      readonly planFile: string | null;
      readonly force: boolean;
      /** Told by the option; PACKER_BUILD_NAME may tell it, too. */
      readonly bake: boolean;
      /** How long somebody has to confirm it. Null: it stays without. */
      readonly confirmMs: number | null;
    } & ValidatorOptions)
  | {
      readonly kind: "plan";
      readonly machine: MachineChoice;
      readonly diff: boolean;
      /** Settings, and files that stay as they are, too. */
      readonly all: boolean;
      readonly detailedExitcode: boolean;
      readonly only: Part | null;
      /** Ask AWS, by DescribeSecret alone, whether the secrets can be had. */
      readonly checkAccess: boolean;
      readonly bake: boolean;
      /** Path of the JUnit file. Null: none. */
      readonly junit: string | null;
    }
  | ({
      readonly kind: "check";
      readonly machine: MachineChoice;
      readonly junit: string | null;
      readonly bake: boolean;
    } & ValidatorOptions)
  | { readonly kind: "facts" }
  /** `wait`: first for the end of a run. */
  | { readonly kind: "status"; readonly wait: boolean }
  /** `boot`: of the first run since the machine started. */
  | { readonly kind: "analyze"; readonly boot: boolean; readonly svg: boolean }
  /** `file` null: a name is made up, in the working folder; `-`: stdout. */
  | { readonly kind: "logs"; readonly file: string | null }
  | { readonly kind: "ready"; readonly unit: string }
  | { readonly kind: "confirm" }
  /** `runId` null: whichever run waits. */
  | { readonly kind: "revert"; readonly runId: string | null }
  | {
      readonly kind: "tune";
      readonly machine: TuneMachineChoice;
      readonly profile: string | null;
      readonly set: Readonly<Record<string, OptionValue>>;
      /** Path of the page that is written instead. Null: none. */
      readonly html: string | null;
    }
  | { readonly kind: "page"; readonly machine: MachineChoice }
  /** `setting` null: the app as a whole. */
  | { readonly kind: "explain"; readonly machine: MachineChoice; readonly app: string; readonly setting: string | null }
  /** A code, or a line. */
  | { readonly kind: "explain-error"; readonly asked: string }
  /** `dryRun`: print the config and write nothing. */
  | { readonly kind: "init"; readonly dryRun: boolean }
  | FleetCommand
  /** Null: lists them. */
  | { readonly kind: "templates"; readonly name: string | null }
  | {
      readonly kind: "install";
      /** Those that systemd holds back. */
      readonly units: readonly string[];
      readonly refresh: boolean;
      /** Null: the one that runs. */
      readonly binary: string | null;
      readonly dryRun: boolean;
    }
  | { readonly kind: "uninstall"; readonly purge: boolean; readonly rendered: boolean; readonly dryRun: boolean }
  /** `clean`: first remove what is safe to remove. `sarifFile` null: none. */
  | {
      readonly kind: "seal";
      readonly clean: boolean;
      readonly sarifFile: string | null;
      /** Null: not given. */
      readonly baseImage: string | null;
      readonly family: string | null;
      readonly sourceCommit: string | null;
    }
  | { readonly kind: "profiles" }
  | { readonly kind: "schema" }
  | { readonly kind: "completion"; readonly shell: Shell }
  /** `files` empty: all that the config has. With `check` or `diff` it writes nothing. */
  | { readonly kind: "fmt"; readonly files: readonly string[]; readonly check: boolean; readonly diff: boolean }
  | { readonly kind: "config" }
  | { readonly kind: "help"; readonly topic: HelpTopic }
  | { readonly kind: "version" };

export type HelpTopic =
  | { readonly kind: "overview" }
  | { readonly kind: "exit-status" }
  | { readonly kind: "command"; readonly name: CommandName }
  /** One that exists. */
  | { readonly kind: "profile"; readonly name: string };

export interface FleetCommand {
  readonly kind: "fleet";
  /** Values by key; instances have one of them of each key. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly autoScalingGroups: readonly string[];
  /** Empty: the one that the environment or the instance says. */
  readonly regions: readonly string[];
  readonly states: readonly string[];
  readonly familyTag: string;
  readonly limits: FleetLimits;
  /** Each instance too. */
  readonly all: boolean;
  readonly prometheus: boolean;
}

export interface Invocation {
  readonly command: Command;
  readonly options: GlobalOptions;
}

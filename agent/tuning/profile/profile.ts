// The words that every profile speaks: what it is given, and what it answers.

import type { OptionValue } from "../../config/config.ts";
import type { NetworkFacts } from "../../facts/facts.ts";
import type { Declared, Problem } from "../../refusal.ts";
import type { Disk } from "../../facts/hardware/disks.ts";

export type Unit = "bytes" | "count" | "percent" | "ms" | "text";

/**
 * What kept a value from being what its formula gave. Null: nothing did. `share`: the reference's value would not have
 * fitted into the app's share. `ladder`: given up, as the profile declares, so that the app fits at all. `disk`: the
 * reference's value is too much for the disk that holds the app's data.
 */
export type Bound = "floor" | "cap" | "user" | "share" | "ladder" | "disk" | null;

/** A named number or word of a formula; a name that ends in `Bytes` is an amount of memory. */
export type Inputs = Readonly<Record<string, number | string>>;

/** One tuned value, with all that is needed to explain it. */
export interface Setting {
  readonly value: number | string | boolean;
  readonly unit: Unit;
  /** As the app's own config wants it: `2560MB`, `-Xmx512m`. */
  readonly text: string;
  /** The formula in names, not numbers: `memoryBytes / 4`. Every name in it stands in `inputs`. */
  readonly formula: string;
  readonly inputs: Inputs;
  /** Who says so: a document, a program's source. */
  readonly source: string;
  readonly boundBy: Bound;
  /** Where parbake departs from the source, and why; null: it does not. */
  readonly note: string | null;
}

export type Settings = Readonly<Record<string, Setting>>;

/** The CPUs that an app may count on. */
export interface AppCpus {
  /** Logical: at least 1, a whole number. */
  readonly vcpus: number;
  /** Physical cores behind them: at least 1. */
  readonly cores: number;
  readonly architecture: string;
}

/** The machine that all apps share. Null: not known, as for sizes that were typed. */
export interface Machine {
  /** What the OS reports: the smaller of MemTotal and the cgroup limit. */
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly disks: readonly Disk[] | null;
  readonly numaNodes: number | null;
  readonly gpus: number | null;
}

/** Another app of the image, and what it has been given. */
export interface Neighbour {
  readonly name: string;
  readonly profile: string;
  readonly options: Options;
  /** 0 for one that takes no memory. */
  readonly memoryBytes: number;
}

/** What an app has been given, and the machine that it is on. */
export interface Allotment extends AppCpus {
  /** The app's share. For a profile that takes no memory: all that the OS reports. */
  readonly memoryBytes: number;
  /** Network interfaces of the default card and IPv4 addresses on each; null where the instance type is not known. */
  readonly network: NetworkFacts | null;
  /** The file system that holds the profile's data folder; null: not known. */
  readonly dataDiskBytes: number | null;
  readonly machine: Machine;
  /** The other apps of the image that are present, in the config's order. */
  readonly neighbours: readonly Neighbour[];
}

/** The least value of a setting that an expert would sign: below it the app runs, and badly. */
export interface Useful {
  readonly least: number;
  /** Who says so, or what is wrong below it, as a clause: `HotSpot itself starts with 128 MiB`. */
  readonly because: string;
  /** What to do besides more memory, as a clause: `lower the option threads`. */
  readonly instead?: string;
}

/** A value of a setting that is legal and less than is useful. */
export interface BelowUseful extends Declared {
  readonly setting: string;
  /** As people write it: `64 MiB`. */
  readonly got: string;
  readonly least: number;
  readonly because: string;
  /** What to do, as a whole sentence. */
  readonly fix: string;
}

export interface OptionRule {
  readonly kind: "integer" | "size" | "text" | "boolean" | "choice";
  /** Null: the profile works it out. */
  readonly default: OptionValue | null;
  /** For `integer` and `size` (bytes). */
  readonly min?: number;
  readonly max?: number;
  /** For `choice`. */
  readonly choices?: readonly string[];
  /** One line for the docs and for error messages. */
  readonly about: string;
}

/** By the option's name. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** What is wrong with the options of an app, and which of them it is, where it is one. */
export interface OptionProblem extends Problem {
  readonly option?: string;
}

/** After resolving: every option that the profile has, of its kind, sizes in bytes, choices as text. */
export type Options = Readonly<Record<string, OptionValue | null>>;

/** An app that parbake can tune. Pure: the same input gives the same settings, byte for byte. */
export interface Profile {
  readonly name: string;
  readonly about: string;
  readonly options: OptionRules;
  /** For a profile whose operator chooses option names (`custom`): the rule of every name that is not in `options`. */
  readonly anyOption?: OptionRule;
  /** What the rules of single options cannot say: options that contradict each other, an expression that is none. */
  checkOptions?(options: Options): readonly OptionProblem[];
  /** Whether `tune` reads `allotment.network`: a boot looks the instance type up in the catalogue only then. */
  readonly needsNetwork?: boolean;
  /** The folder whose file system `tune` asks the size of: it is read only then. */
  readonly dataFolder?: string;
  /** Whether the app's share is huge pages: those that the kernel has already, from an earlier run, are counted once. */
  readonly takesHugePages?: boolean;
  /**
   * The least memory that the app can run in with these options. Like the cap, it knows nothing of the CPUs: on a machine
   * with more of them it would take memory away from the neighbours.
   */
  floorBytes(options: Options): number;
  /**
   * More memory than this does the app no good on so many CPUs; at least the floor, and it rises with them. Infinity: it can
   * always use more.
   */
  capBytes(options: Options, cpus: AppCpus): number;
  /** Its weight where the config gives none: 1, less for what helps little next to the apps that it serves. */
  readonly usualWeight: number;
  /** By setting. A value below it is warned of, unless an option gave it. */
  useful(options: Options): Readonly<Record<string, Useful>>;
  /** Whether the app competes for memory; false for `sysctl`. */
  readonly takesMemory: boolean;
  /**
   * What the app gives up where its share is small, first to last, by setting. The floor counts on all of it; `tune` marks
   * what it took with `ladder`. Given back from last to first as memory grows, so that nothing ever falls.
   */
  readonly ladder: readonly string[];
  /** What an operator can change to make the app smaller, as a clause: `lower the option threads`. */
  readonly toShrink: string;
  /**
   * Every setting's worst case together stays within `allotment.memoryBytes`, which is at least the floor. The names of
   * the settings depend on the options alone: a template that renders on one machine renders on all.
   */
  tune(allotment: Allotment, options: Options): Settings;
}

export type TuneResult =
  | { readonly kind: "tuned"; readonly settings: Settings; readonly belowUseful: readonly BelowUseful[] }
  | {
      readonly kind: "impossible";
      /** Whether it is the memory that is too little, and not what was asked for. */
      readonly isMachines: boolean;
      readonly problems: readonly Problem[];
    };

// The types that every profile shares: its input, and its answer.

import type { OptionValue } from "../../config/config.ts";
import type { NetworkFacts } from "../../facts/facts.ts";
import type { Disk } from "../../facts/hardware/disks.ts";
import type { Declared, Problem } from "../../refusal.ts";

export type Unit = "bytes" | "count" | "percent" | "ms" | "text";

/**
 * What bound a value, so that it differs from its formula's. Null: nothing. `share`: the reference's value would not fit
 * into the app's share. `ladder`: the app gave it up, as its profile declares, to fit at all. `disk`: the reference's value
 * is too much for the disk that holds the app's data.
 */
export type Bound = "floor" | "cap" | "user" | "share" | "ladder" | "disk" | null;

/** A named number or word of a formula; a name that ends in `Bytes` is an amount of memory. */
export type Inputs = Readonly<Record<string, number | string>>;

/** One tuned value, with all that is needed to explain it. */
export interface Setting {
  readonly value: number | string | boolean;
  readonly unit: Unit;
  /** As the app's own config spells it: `2560MB`, `-Xmx512m`. */
  readonly text: string;
  /** The formula in names: `memoryBytes / 4`. `inputs` has every name in it. */
  readonly formula: string;
  readonly inputs: Inputs;
  /** Who says so: a document, a program's source. */
  readonly source: string;
  readonly boundBy: Bound;
  /** Where parbake departs from the source, and why; null: nowhere. */
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

/** The machine that all apps share. Null: unknown, as for a size on the command line. */
export interface Machine {
  /** What the OS reports: the smaller of MemTotal and the cgroup limit. */
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly disks: readonly Disk[] | null;
  readonly numaNodes: number | null;
  readonly gpus: number | null;
}

/** Another app of the image, and its share. */
export interface Neighbour {
  readonly name: string;
  readonly profile: string;
  readonly options: Options;
  /** 0 for one that takes no memory. */
  readonly memoryBytes: number;
}

/** An app's share, and its machine. */
export interface Allotment extends AppCpus {
  /** The app's share; for a profile that takes no memory, all that the OS reports. */
  readonly memoryBytes: number;
  /** Network interfaces of the default card and IPv4 addresses on each; null: the instance type is unknown. */
  readonly network: NetworkFacts | null;
  /** The file system that holds the profile's data folder; null: unknown. */
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

/** A legal value of a setting that is less than useful. */
export interface BelowUseful extends Declared {
  readonly setting: string;
  /** As people write it: `64 MiB`. */
  readonly got: string;
  readonly least: number;
  readonly because: string;
  /** What to do, as a whole sentence. */
  readonly fix: string;
}

/** What the options take of the whole machine. */
export interface LeastMachine {
  readonly memoryBytes: number;
  /** As a clause: `reserved keeps 1 GiB from its tasks`. */
  readonly because: string;
  /** What to do besides a larger machine, as a clause. */
  readonly instead: string;
}

export interface OptionRule {
  readonly kind: "integer" | "size" | "text" | "boolean" | "choice";
  /** Null: the profile computes it. */
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

/** A problem of an app's options; `option` names the one that it is about, if it is about one. */
export interface OptionProblem extends Problem {
  readonly option?: string;
}

/** After resolving: every option of the profile, in the type of its kind, sizes in bytes, choices as text. */
export type Options = Readonly<Record<string, OptionValue | null>>;

/** An app that parbake can tune. Pure: the same input gives the same settings, byte for byte. */
export interface Profile {
  readonly name: string;
  readonly about: string;
  readonly options: OptionRules;
  /** For a profile whose operator chooses option names (`custom`): the rule of every name that is not in `options`. */
  readonly anyOption?: OptionRule;
  /** What the rules of single options cannot say: options that contradict each other, a malformed expression. */
  checkOptions?(options: Options): readonly OptionProblem[];
  /** Whether `tune` reads `allotment.network`: only then does a boot look the instance type up in the catalogue. */
  readonly needsNetwork?: boolean;
  /** The folder whose file system's size `tune` reads; without it no file system is read. */
  readonly dataFolder?: string;
  /** Whether the app reads its files through the page cache, which counts as its own where systemd limits its unit. */
  readonly readsPageCache?: boolean;
  /** Why no limit of one unit keeps the app to its share, as a clause; absent: one does. */
  readonly notEnforced?: string;
  /** Whether its packages set OOMScoreAdjust for it, as a part of more. */
  readonly keepsOomScore?: boolean;
  /** Whether the app's share is huge pages: pages that the kernel has from an earlier run are not counted twice. */
  readonly takesHugePages?: boolean;
  /**
   * The least memory that the app can run in with these options. It does not depend on the CPUs: else more CPUs would take
   * memory away from the neighbours.
   */
  floorBytes(options: Options): number;
  /** What the machine has at least, where an option counts in all of it and not in the app's share. Null: it asks for none. */
  leastMachine?(options: Options): LeastMachine | null;
  /**
   * The most memory that the app can use with so many CPUs: at least the floor, and never less with more CPUs. Infinity: it
   * can always use more.
   */
  capBytes(options: Options, cpus: AppCpus): number;
  /** Its weight if the config gives none: 1, or less if memory helps it less than the apps that it serves. */
  readonly usualWeight: number;
  /** What people look for among the settings and the profile leaves alone, each with the reason and its source, as a sentence. */
  readonly leavesAlone?: Readonly<Record<string, string>>;
  /** By setting. parbake warns of a value below it, unless an option gave it. */
  useful(options: Options): Readonly<Record<string, Useful>>;
  /** Whether the app competes for memory; false for `sysctl`. */
  readonly takesMemory: boolean;
  /**
   * What the app gives up where its share is small, first to last, by setting. The floor counts on all of it; `tune` marks
   * what it gave up with `ladder`, and gives it back from last to first as memory grows, so that nothing ever falls.
   */
  readonly ladder: readonly string[];
  /** What an operator can change to make the app smaller, as a clause: `lower the option threads`. */
  readonly toShrink: string;
  /**
   * The worst cases of all settings together stay within `allotment.memoryBytes`, which is at least the floor. The names of
   * the settings depend on the options alone: a template that renders on one machine renders on all.
   */
  tune(allotment: Allotment, options: Options): Settings;
}

export type TuneResult =
  | { readonly kind: "tuned"; readonly settings: Settings; readonly belowUseful: readonly BelowUseful[] }
  | {
      readonly kind: "impossible";
      /** Whether the machine has too little memory, rather than the options being wrong. */
      readonly isMachines: boolean;
      readonly problems: readonly Problem[];
    };

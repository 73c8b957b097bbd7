// The words that every profile speaks: what it is given, and what it answers.

import type { OptionValue } from "../config/config.ts";
import type { Problem } from "../refusal.ts";

export type Unit = "bytes" | "count" | "percent" | "ms" | "text";

/** What kept a value from being what its formula gave. Null: nothing did. */
export type Bound = "floor" | "cap" | "user" | "share" | null;

/** One tuned value, with all that is needed to explain it. */
export interface Setting {
  readonly value: number | string | boolean;
  readonly unit: Unit;
  /** As the app's own config wants it: `2560MB`, `-Xmx512m`. */
  readonly text: string;
  /** The formula in words and names, not numbers: `memory / 4`. */
  readonly formula: string;
  /** Who says so: a document, a program's source. */
  readonly source: string;
  readonly boundBy: Bound;
}

export type Settings = Readonly<Record<string, Setting>>;

/** What an app has been given, and the machine that it is on. */
export interface Allotment {
  /** The app's share. For a profile that takes no memory: all that the OS reports. */
  readonly memoryBytes: number;
  /** Logical CPUs that this app may count on: at least 1, a whole number. */
  readonly vcpus: number;
  /** Physical cores behind them: at least 1. */
  readonly cores: number;
  readonly architecture: string;
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

/** After resolving: every option that the profile has, of its kind, sizes in bytes, choices as text. */
export type Options = Readonly<Record<string, OptionValue | null>>;

/** An app that parbake can tune. Pure: the same input gives the same settings, byte for byte. */
export interface Profile {
  readonly name: string;
  readonly about: string;
  readonly options: Readonly<Record<string, OptionRule>>;
  /**
   * The least memory that the app can run in with these options. Like the cap, it knows nothing of the CPUs: on a machine
   * with more of them it would take memory away from the neighbours.
   */
  floorBytes(options: Options): number;
  /** More memory than this does the app no good; at least the floor. Infinity: it can always use more. */
  capBytes(options: Options): number;
  /** Whether the app competes for memory; false for `sysctl`. */
  readonly takesMemory: boolean;
  /** What an operator can change to make the app smaller, as a clause: `lower the option threads`. */
  readonly toShrink: string;
  /**
   * Every setting's worst case together stays within `allotment.memoryBytes`, which is at least the floor. The names of
   * the settings depend on the options alone: a template that renders on one machine renders on all.
   */
  tune(allotment: Allotment, options: Options): Settings;
}

export type TuneResult =
  | { readonly kind: "tuned"; readonly settings: Settings }
  | { readonly kind: "impossible"; readonly problems: readonly Problem[] };

// What a real program has to be able to do here: take the values that parbake tuned, and say which ones it has taken.

import type { Programs } from "./open-programs.ts";
import type { Tuned } from "./tune.ts";

export interface RealProgram {
  readonly title: string;
  readonly profile: string;
  /** The profile's options, as `--set` wants them. */
  readonly options?: readonly string[];
  /** Settings that the program rounds to blocks of its own: what it says is less than one block away. */
  readonly blocks?: Readonly<Record<string, Block>>;
  /** Rejects where the program refuses a value. */
  ask(programs: Programs, tuned: Tuned): Promise<Answer>;
}

export interface Block {
  readonly bytes: number;
  /** `down`: what the program says is never more than what was tuned. */
  readonly to: "down" | "nearest";
}

export interface Answer {
  /** By the setting's name, in the setting's unit; a number may be given as its digits. */
  readonly said: Readonly<Record<string, number | string>>;
  /** Settings that the program has no word for, and why: all others must be in its answer. */
  readonly unsaid?: Readonly<Record<string, string>>;
  /** What this machine was too small for, and what was done in its place; shown in the test's title. */
  readonly limits?: readonly string[];
}

// What each stage of a seal works with: the command line, the config, the run.

import type { Command } from "../cli/invocation.ts";
import type { Config } from "../config/config.ts";
import type { SealConfig } from "../config/seal-config.ts";
import type { Session } from "./session.ts";

export type SealCommand = Extract<Command, { kind: "seal" }>;

export interface SealRun {
  readonly command: SealCommand;
  readonly config: SealConfig;
  /** Null: the image has none yet. */
  readonly imageConfig: Config | null;
  readonly session: Session;
}

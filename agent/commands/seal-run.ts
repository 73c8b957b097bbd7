// What each stage of a seal works with: the command line, the config, the run.

import type { Command } from "../cli/invocation.ts";
import type { SealConfig } from "../config/seal-config.ts";
import type { Session } from "./session.ts";

export type SealCommand = Extract<Command, { kind: "seal" }>;

export interface SealRun {
  readonly command: SealCommand;
  readonly config: SealConfig;
  readonly session: Session;
}

// What the steps of an `apply` hand to each other.

import type { Bake } from "../apply/choose-possible.ts";
import type { SecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import type { Command } from "../cli/invocation.ts";
import { type Deadline } from "../deadline.ts";
import type { ImdsClient } from "../facts/imds/imds-client.ts";
import type { Plan } from "../plan/plan.ts";
import { RunRecord } from "../report/run-record.ts";
import type { Session } from "./session.ts";

export type ApplyCommand = Extract<Command, { kind: "apply" }>;

/** What every step of the one run knows. */
export interface Run {
  readonly command: ApplyCommand;
  /** Whose deadline is that of the network. */
  readonly session: Session;
  /** Until then everything is validated, swapped in and told to the units. */
  readonly acting: Deadline;
  readonly record: RunRecord;
  readonly imds: ImdsClient | null;
}

/** A plan, and what its run needs beside it. */
export interface Made {
  readonly plan: Plan;
  /** Absent: the plan is whole. */
  readonly whole?: Promise<Plan>;
  readonly source: SecretsSource;
  /** Where the metrics go. Null: nowhere. */
  readonly metrics: string | null;
  /** Null: this is no bake. */
  readonly bake: Bake | null;
  readonly recheck?: () => void;
}

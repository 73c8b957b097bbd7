// What a run is given beside its plan.

import type { Deadline } from "../deadline.ts";
import type { RunCommand } from "../host/run-command.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import type { Report } from "../report/report.ts";
import type { RunRecord } from "../report/run-record.ts";
import type { TimeStep } from "../time-step.ts";
import type { Bake } from "./choose-possible.ts";
import type { TrialContext } from "./confirm/start-trial.ts";
import type { SecretQuestions } from "./secrets/choose-secrets.ts";
import type { Transaction } from "./transaction/transaction.ts";
import type { ImagePolicy } from "./units/validate-image.ts";

export interface ApplyOptions extends SecretQuestions {
  readonly root: string;
  readonly deadline: Deadline;
  /** For restoring old files: later, and no signal ends it. */
  readonly wayBack: Deadline;
  /** Rejected where the run is not over in time, whatever it waits for. Default: never. */
  readonly overrun?: Promise<never>;
  readonly log: Log;
  /** How long to wait for secrets before the waves that need none go first. */
  readonly joiningMs: number;
  /** How long to wait for another run to end. */
  readonly lockWaitMs: number;
  readonly run: RunCommand;
  /** Of each program that runs. Default: no time is noted. */
  readonly time?: TimeStep;
  /** Whether systemd started this process: see runsAsUnit. */
  readonly noBlock: boolean;
  readonly versions: Report["versions"];
  /** A record that was begun before the plan was made. */
  readonly record?: RunRecord;
  /** The plan that IMDS completes, where the given one was made without its answer: of that one, only what the hardware decides is
   * applied, while this one is waited for. Default: the given plan is all. */
  readonly whole?: Promise<Plan>;
  /** Of a saved plan. Called when an earlier run is recovered and before anything else is touched: throws where the plan no longer
   * fits the machine. */
  readonly recheck?: () => void;
  /** Where metrics are left, of a failed run too. Default: nowhere. */
  readonly metrics?: string | null;
  /** An image is being baked: no secret is fetched. Default: it is none. */
  readonly bake?: Bake | null;
  /** Of a mounted image's validators. Default: they run, and a file that none could judge is told. */
  readonly policy?: ImagePolicy;
  /** Makes the run one that somebody has to confirm, and one transaction. Default: it stays without. */
  readonly startTrial?: (transaction: Transaction, context: TrialContext) => Promise<Transaction>;
}

/** What every stage of the run knows. */
export interface RunContext extends ApplyOptions {
  readonly record: RunRecord;
}

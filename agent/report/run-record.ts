// Collects what a run does while it does it, so that a failed run's report tells as much as a good one's.

import type { Log } from "../log.ts";
import { eachOnce, formatFinding, formatProblem, Refusal, type Problem } from "../refusal.ts";
import { explainShortage } from "../host/file-error.ts";
import type {
  FileReport,
  FolderReport,
  HeldReport,
  Report,
  Retries,
  SecretReport,
  StageReport,
  StoredSecretReport,
  Versions,
  UnitReport,
  HealthReport,
  Recovery,
  Storage,
} from "./report.ts";

export class RunRecord {
  readonly #startedAt = new Date();
  readonly #startMs = performance.now();
  readonly #stages: StageReport[] = [];
  readonly #versions: Versions;
  readonly #begin: (stage: string) => () => void;
  readonly retries: Retries = { imds: 0, secretsManager: 0 };
  storage: Storage | null = null;
  folders: readonly FolderReport[] = [];
  files: readonly FileReport[] = [];
  readonly #warnings: Problem[] = [];
  secrets: readonly SecretReport[] = [];
  storedSecrets: readonly StoredSecretReport[] = [];
  units: readonly UnitReport[] = [];
  healthChecks: readonly HealthReport[] = [];
  /** What could not be done for want of a secret. */
  held: readonly HeldReport[] = [];
  /** What became of an earlier run that was cut short; null: there was none. */
  recovered: Recovery | null = null;
  /** Set while it is open whether the plan is to be performed at all: what is refused then was no run. */
  isTentative = false;
  /** Set once the swap is through: until then everything staged is only an intention. */
  isSwapped = false;
  /** Set where the old files were put back after that. */
  isRolledBack = false;

  /** @param begin hears of each stage; what it returns is called at the stage's end */
  constructor(versions: Versions, begin: (stage: string) => () => void = () => () => {}) {
    this.#versions = versions;
    this.#begin = begin;
  }

  get runId(): string {
    return `${this.#startedAt.toISOString()}-${process.pid}`;
  }

  /** Runs one stage of the run and notes how long it took, also when it fails. */
  async time<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const startMs = performance.now();
    const end = this.#begin(name);
    try {
      return await work();
    } finally {
      end();
      this.#stages.push({ name, tookMs: roundMs(performance.now() - startMs) });
    }
  }

  /** Each is told once, whichever wave comes upon it again. */
  warn(problems: readonly Problem[], log: Log): void {
    const fresh = eachOnce([...this.#warnings, ...problems]).slice(this.#warnings.length);
    this.#warnings.push(...fresh);
    for (const problem of fresh) log("warn", formatProblem(problem));
  }

  /** `failure` is what ended the run; null: it ended well. */
  finish(failure: unknown): Report {
    const all = [...this.folders, ...this.files, ...this.secrets];
    const differences = this.isSwapped ? all.map(({ change }) => change) : [];
    return {
      schema: 1,
      runId: this.runId,
      startedAt: this.#startedAt.toISOString(),
      tookMs: roundMs(performance.now() - this.#startMs),
      result: failure === null ? "done" : "failed",
      changed: !this.isRolledBack && differences.some((change) => change !== "unchanged" && change !== "kept"),
      rolledBack: this.isRolledBack,
      recovered: this.recovered,
      stages: this.#stages,
      folders: this.isSwapped ? this.folders : [],
      files: this.isSwapped ? this.files : [],
      secrets: this.isSwapped ? this.secrets : [],
      storedSecrets: this.storedSecrets,
      units: this.units,
      healthChecks: this.healthChecks,
      storage: this.storage,
      held: this.held,
      warnings: this.#warnings,
      problems: failure === null ? [] : problemsOf(failure),
      retries: { ...this.retries },
      versions: this.#versions,
    };
  }
}

// What anything but a Refusal says is not for a file that every user can read: it may quote what it worked on.
function problemsOf(error: unknown): Report["problems"] {
  const failure = explainShortage(error);
  if (!(failure instanceof Refusal)) return [{ what: "a bug in parbake", fix: "See the log of this run." }];
  return failure.problems.map((problem) => ({ what: formatFinding(problem), fix: problem.fix }));
}

function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

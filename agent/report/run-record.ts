// Times a run's stages and collects its warnings, and makes the report of the stages' results: of a failed run, too.

import { explainShortage } from "../host/file-error.ts";
import type { Log } from "../log.ts";
import { eachOnce, formatFinding, formatProblem, Refusal, type Problem } from "../refusal.ts";
import type { TimeStep } from "../time-step.ts";
import type { ImageReport, MachineReport, Report, Retries, StageReport, Versions } from "./report.ts";
import { roundMs, Spans } from "./spans.ts";

/** What the stages came to, as far as the run got. */
export type RunResults = Pick<
  Report,
  | "changed"
  | "rolledBack"
  | "waves"
  | "recovered"
  | "folders"
  | "files"
  | "secrets"
  | "storedSecrets"
  | "units"
  | "healthChecks"
  | "storage"
  | "held"
  | "confirmUntil"
>;

export const NO_RESULTS: RunResults = {
  changed: false,
  rolledBack: false,
  recovered: null,
  waves: [],
  folders: [],
  files: [],
  secrets: [],
  storedSecrets: [],
  units: [],
  healthChecks: [],
  storage: null,
  held: [],
  confirmUntil: null,
};

export class RunRecord {
  readonly #startedAt = new Date();
  // CLOCK_MONOTONIC, as systemd's own times.
  readonly #sinceBoot = process.hrtime();
  readonly #startMs = performance.now();
  readonly #spans = new Spans(this.#startMs);
  readonly #stages: StageReport[] = [];
  readonly #versions: Versions;
  readonly #begin: (stage: string) => () => void;
  readonly retries: Retries = { imds: 0, secretsManager: 0 };
  readonly #warnings: Problem[] = [];
  /** What is known of the machine's image so far. */
  image: ImageReport | null = null;
  machine: MachineReport | null = null;
  /** Whether what is known of it is not yet what the next run will find. */
  isMachineNew = false;

  /** @param begin hears of each stage; what it returns is called at the stage's end */
  constructor(versions: Versions, begin: (stage: string) => () => void = () => () => {}) {
    this.#versions = versions;
    this.#begin = begin;
  }

  get runId(): string {
    return `${this.#startedAt.toISOString()}-${process.pid}`;
  }

  get elapsedMs(): number {
    return roundMs(performance.now() - this.#startMs);
  }

  /** Runs one stage of the run and notes how long it took, also when it fails. */
  async time<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const end = this.#begin(name);
    const stage = this.#spans.beginStage(name);
    try {
      return await work();
    } finally {
      end();
      this.#stages.push({ name, tookMs: roundMs(this.#spans.endStage(stage)) });
    }
  }

  /** A part of the stage that goes on when it begins. */
  readonly timeStep: TimeStep = (name, work) => this.#spans.timeStep(name, work);

  /** Each is told once, whichever wave comes upon it again. */
  warn(problems: readonly Problem[], log: Log): void {
    const fresh = eachOnce([...this.#warnings, ...problems]).slice(this.#warnings.length);
    this.#warnings.push(...fresh);
    for (const problem of fresh) log("warn", formatProblem(problem));
  }

  /** @param failure what ended the run; null: it ended well */
  finish(results: RunResults, failure: unknown): Report {
    return {
      schema: 1,
      runId: this.runId,
      startedAt: this.#startedAt.toISOString(),
      sinceBootMs: roundMs(this.#sinceBoot[0] * 1e3 + this.#sinceBoot[1] / 1e6),
      tookMs: this.elapsedMs,
      result: failure === null ? "done" : "failed",
      changed: results.changed,
      rolledBack: results.rolledBack,
      recovered: results.recovered,
      image: this.image,
      machine: this.machine,
      stages: this.#stages,
      spans: this.#spans.list(),
      waves: results.waves,
      folders: results.folders,
      files: results.files,
      secrets: results.secrets,
      storedSecrets: results.storedSecrets,
      units: results.units,
      healthChecks: results.healthChecks,
      storage: results.storage,
      held: results.held,
      confirmUntil: results.confirmUntil,
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

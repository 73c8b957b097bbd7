// Collects what a run does while it does it, so that a failed run's report tells as much as a good one's.

import { formatProblem, Refusal } from "../refusal.ts";
import type { FileReport, Report, SecretReport, StageReport } from "./report.ts";
import type { Storage } from "./secret-store.ts";
import type { UnitReport } from "./units.ts";

export class RunRecord {
  readonly #startedAt = new Date();
  readonly #startMs = performance.now();
  readonly #stages: StageReport[] = [];
  readonly #versions: Report["versions"];
  storage: Storage | null = null;
  files: readonly FileReport[] = [];
  secrets: readonly SecretReport[] = [];
  units: readonly UnitReport[] = [];
  /** Set once the swap is through: until then everything staged is only an intention. */
  isSwapped = false;

  constructor(versions: Report["versions"]) {
    this.#versions = versions;
  }

  /** Runs one stage of the run and notes how long it took, also when it fails. */
  async time<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const startMs = performance.now();
    try {
      return await work();
    } finally {
      this.#stages.push({ name, tookMs: roundMs(performance.now() - startMs) });
    }
  }

  /** `failure` is what ended the run; null: it ended well. */
  finish(failure: unknown): Report {
    const differences = this.isSwapped ? [...this.files, ...this.secrets].map(({ change }) => change) : [];
    return {
      schema: 1,
      startedAt: this.#startedAt.toISOString(),
      tookMs: roundMs(performance.now() - this.#startMs),
      result: failure === null ? "done" : "failed",
      changed: differences.some((change) => change !== "unchanged"),
      stages: this.#stages,
      files: this.isSwapped ? this.files : [],
      secrets: this.isSwapped ? this.secrets : [],
      units: this.units,
      storage: this.storage,
      problems: failure === null ? [] : problemsOf(failure),
      versions: this.#versions,
    };
  }
}

// What anything but a Refusal says is not for a file that every user can read: it may quote what it worked on.
function problemsOf(failure: unknown): Report["problems"] {
  if (!(failure instanceof Refusal)) return [{ what: "a bug in parbake", fix: "See the log of this run." }];
  return failure.problems.map((problem) => ({
    what: formatProblem(problem).slice(0, -problem.fix.length - 2),
    fix: problem.fix,
  }));
}

function roundMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

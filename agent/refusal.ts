// The one error class: what was found, where, what was expected, how to fix it. Anything else that is thrown is our bug.

import { shown } from "./shown.ts";

/** Why parbake stops, by the name of the exit status that it ends with (up to 78: sysexits.h, so that systemd names them too). */
export const EXIT_STATUS = {
  usage: 64,
  data: 65,
  unavailable: 69,
  bug: 70,
  system: 71,
  "cannot-write": 73,
  locked: 75,
  permission: 77,
  config: 78,
  // 128 and the signal that asked the run to stop.
  hangup: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export type RefusalCode = keyof typeof EXIT_STATUS;

/** What may be over at the next try although nobody changed anything on this machine. */
const PASSING: readonly RefusalCode[] = ["unavailable", "system", "cannot-write", "locked"];

/** A place in a file that a person can open: lines and columns start at 1. */
export interface Position {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing that is wrong. `what` is a sentence without its full stop; `fix` says what to do, as a whole sentence. */
export interface Problem {
  readonly what: string;
  readonly fix: string;
  readonly at?: Position;
}

/** What the config declares, or what comes of it. */
export interface Declared {
  /** Absent: parbake itself made it. */
  readonly at?: Position;
}

export function declaredAt(at: Position | undefined): Declared {
  return at === undefined ? {} : { at };
}

/** The problem with the place of what was declared, where it has none of its own. */
export function placeProblem(problem: Problem, { at }: Declared): Problem {
  return problem.at !== undefined || at === undefined ? problem : { ...problem, at };
}

/** Thrown when parbake cannot go on for a reason that is not a bug of ours; carries every problem found, not only the first. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  readonly problems: readonly Problem[];
  /** Whether another try may find one of the problems gone without a change on this machine: by its code, or because AWS said it. */
  readonly isRetryable: boolean;
  /** What is wrong, without whom it is wrong for, where others have met the same. Null: it is about this one alone. */
  readonly shared: string | null;
  /** What `--json` tells beside the error. */
  readonly document: object;

  constructor(
    code: RefusalCode,
    problems: Problem | readonly Problem[],
    options: ErrorOptions & Partial<Pick<Refusal, "document" | "isRetryable" | "shared">> = {},
  ) {
    const list = "what" in problems ? [problems] : eachOnce(problems);
    super(list.map(formatProblem).join("\n"), options);
    this.code = code;
    this.problems = list;
    const isOfCause = options.cause instanceof Refusal && options.cause.isRetryable;
    this.isRetryable = options.isRetryable ?? (isOfCause || PASSING.includes(code));
    this.shared = options.shared ?? null;
    this.document = options.document ?? {};
  }
}

/** The same of all its problems. */
export function placeRefusal({ code, problems, cause, isRetryable, shared }: Refusal, declared: Declared): Refusal {
  const placed = problems.map((problem) => placeProblem(problem, declared));
  return new Refusal(code, placed, { cause, isRetryable, shared });
}

/** On one line, whatever is quoted: `parbake.yaml:4:12: reserve.memory.min: 9 GiB is more than … Lower it.` */
export function formatProblem(problem: Problem): string {
  return shown(`${formatFinding(problem)}. ${problem.fix}`);
}

/** What was found and where, as it is: for a document, or as a part of another sentence. */
export function formatFinding({ what, at }: Problem): string {
  const where = at ? [at.file, at.line, at.column].filter((part) => part !== undefined).join(":") + ": " : "";
  return `${where}${what}`;
}

/** Without those that say the same of the same place, as several files, machines and waves of a run do. */
export function eachOnce(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}

// Leaves the file of `--junit`, whole or not at all, however the command ends.

import type { JunitCase } from "../cli/junit.ts";
import { warningsOf, type Outcome } from "../cli/outcome.ts";
import { endingOf, type Ending } from "../ending.ts";
import { Refusal, type Problem } from "../refusal.ts";
import { writeOutput } from "./write-output.ts";

/** What a command tells of its machines once it knows it. */
export type TellOutcomes = (outcomes: readonly Outcome[]) => void;

/**
 * @param file null: none is asked for
 * @throws what `work` throws; Refusal `cannot-write` where the file can't be written
 */
export async function leavingJunit(
  file: string | null,
  className: string,
  work: (tell: TellOutcomes) => Promise<Ending>,
): Promise<Ending> {
  if (file === null) return work(() => {});
  let told: readonly Outcome[] = [];
  const leave = async (failure: Failure | null) => {
    const { formatJunit } = await import("../cli/junit.ts");
    return writeOutput("--junit", file, formatJunit(className, casesOf(told, failure)));
  };
  const ending = await work((outcomes) => (told = outcomes)).catch(async (error: unknown) => {
    const problem = await leave(failureOfError(error));
    throw problem !== null && error instanceof Refusal ? withProblem(error, problem) : error;
  });
  const problem = await leave(failureOf(ending));
  if (problem !== null) throw new Refusal("cannot-write", problem);
  return ending;
}

/** The run has failed for a reason of its own, by which it ends. */
function withProblem(cause: Refusal, problem: Problem): Refusal {
  const { code, problems, document } = cause;
  return new Refusal(code, [...problems, problem], { cause, document });
}

interface Failure {
  readonly code: string;
  readonly problems: readonly Problem[];
}

function failureOf(ending: Ending): Failure | null {
  if (ending === "done" || ending === "differs") return null;
  return { code: ending, problems: [{ what: `the command ended with ${ending}`, fix: "Its output says why." }] };
}

// What a bug says may be anything: it is told on stderr alone.
function failureOfError(error: unknown): Failure {
  if (error instanceof Refusal) return error;
  return { code: endingOf(error), problems: [{ what: "a bug in parbake", fix: "Its stderr says which." }] };
}

/** A command that failed for no machine of its own, or before it had any, has a case for that. */
function casesOf(outcomes: readonly Outcome[], failure: Failure | null): JunitCase[] {
  const cases = outcomes.map((each) => ({ name: each.type, problems: each.problems, warnings: warningsOf(each) }));
  const isTold = failure === null || outcomes.some(({ problems }) => problems.length > 0);
  return isTold ? cases : [...cases, { name: failure.code, problems: failure.problems, warnings: [] }];
}

// Runs every check before giving up, so that the operator hears of all problems at once.

import { formatProblem, placeRefusal, Refusal, type Declared } from "./refusal.ts";

/** One Refusal out of many. Its code is the first that a retry would not fix: a retry helps only if it fixes each of them. What it
 * fixes may all the same be what a unit waits for. */
export function joinRefusals(refusals: readonly Refusal[]): Refusal {
  const first = refusals.find(({ code }) => code !== "unavailable" && code !== "system") ?? refusals[0];
  const problems = refusals.flatMap((refusal) => refusal.problems);
  const isRetryable = refusals.some((refusal) => refusal.isRetryable);
  return new Refusal(first?.code ?? "unavailable", problems, { cause: first, isRetryable });
}

/** An item that knows where it was declared lends its place to the problems with it. */
type Item = Declared | string | (() => unknown);

/** `work` for every item; the Refusals of all are thrown as one at the end. Any other error ends it at once. */
export function forEachGathering<T extends Item, R>(items: readonly T[], work: (item: T) => R): R[] {
  const results: R[] = [];
  const refusals = new Gathered();
  for (const item of items) {
    try {
      results.push(work(item));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refusals.add(item, error);
    }
  }
  refusals.throwAny();
  return results;
}

/** The same for work that takes its time: all of it at once, and all of it awaited. */
export async function allGathering<T extends Item, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const settled = await Promise.allSettled(items.map(work));
  const refusals = new Gathered();
  for (const [index, item] of items.entries()) {
    const one = settled[index];
    if (one?.status !== "rejected") continue;
    if (!(one.reason instanceof Refusal)) throw one.reason;
    refusals.add(item, one.reason);
  }
  refusals.throwAny();
  return settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

class Gathered {
  readonly #refusals: Refusal[] = [];
  /** Problems that have no place of their own: one folder that is missing is one, whatever number of files goes there. */
  readonly #told = new Set<string>();

  add(item: Item, { code, problems, cause, isRetryable }: Refusal): void {
    const fresh = problems.filter((problem) => problem.at !== undefined || !this.#told.has(formatProblem(problem)));
    for (const problem of fresh) if (problem.at === undefined) this.#told.add(formatProblem(problem));
    if (fresh.length === 0 && problems.length > 0) return;
    const refusal = new Refusal(code, fresh, { cause, isRetryable });
    this.#refusals.push(typeof item === "object" ? placeRefusal(refusal, item) : refusal);
  }

  throwAny(): void {
    if (this.#refusals.length > 0) throw joinRefusals(this.#refusals);
  }
}

// Which secrets a run fetches: none whose stored version is the current one, and whose files are as they were declared. Decides,
// too, what stays as it is while AWS is away.

import { declarationOf, findStale, needsDescription } from "../../aws/compare-versions.ts";
import type { FetchedSecret, FetchedSecrets } from "../../aws/fetched-secret.ts";
import type { SecretDescription } from "../../aws/secret-description.ts";
import { allGathering } from "../../collect-refusals.ts";
import type { Log } from "../../log.ts";
import type { Plan, SecretStep } from "../../plan/plan.ts";
import { formatFinding, placeProblem, placeRefusal, Refusal, type Problem } from "../../refusal.ts";
import type { Target } from "../targets/target.ts";
import { neededSecrets } from "./needed-secrets.ts";
import type { DatedSecret, StoredGeneration } from "./stored-generation.ts";

export interface Selection {
  readonly fetched: FetchedSecrets;
  /** Those that were not fetched: what is stored stays. By name. */
  readonly unfetched: ReadonlyMap<string, DatedSecret>;
  /** Of `unfetched`, those that AWS could not be asked for. */
  readonly kept: ReadonlySet<string>;
  /** Those that are wanted and cannot be had, and why. By name. */
  readonly failed: ReadonlyMap<string, Refusal>;
  readonly warnings: readonly Problem[];
}

/** Of a wave that needs none. */
export const NO_SELECTION: Selection = {
  fetched: new Map(),
  unfetched: new Map(),
  kept: new Set(),
  failed: new Map(),
  warnings: [],
};

export interface SecretQuestions {
  readonly fetchSecret: (step: SecretStep) => Promise<FetchedSecret>;
  /** Absent: nothing is asked before it is fetched. */
  readonly describeSecret?: (step: SecretStep) => Promise<SecretDescription>;
  /** Fetch every secret. */
  readonly force?: boolean;
  readonly log: Log;
}

/** A file of the generation, and whether what is stored of it would still do. */
export interface Candidate {
  readonly target: Target;
  /** The names of the secrets in it. */
  readonly secrets: readonly string[];
  readonly isReusable: boolean;
  /** Whether it was left behind when one of its secrets got a new version, because another could not be had. */
  readonly isBehind: boolean;
}

/**
 * @param found `stored`: null where there is no generation yet, and so nothing to compare with; `candidates`: the files that
 * secrets land in
 * @param fetched gets the values as they come: whoever made it erases them, also where this throws
 */
export async function chooseSecrets(
  plan: Plan,
  { stored, candidates }: { readonly stored: StoredGeneration | null; readonly candidates: readonly Candidate[] },
  fetched: Map<string, FetchedSecret>,
  questions: SecretQuestions,
): Promise<Selection> {
  const steps = neededSecrets(plan);
  const choice = new Choice(steps, stored, candidates);
  if (stored !== null && questions.force !== true) await choice.compare(questions);
  return choice.fetch(fetched, questions);
}

export function secretsIn({ source }: Target): readonly string[] {
  switch (source.kind) {
    case "secret":
      return [source.step.name];
    case "file":
      return source.step.content.flatMap((part) => (typeof part === "string" ? [] : [part.reference.secret]));
    case "folder":
      return [];
  }
}

class Choice {
  readonly #steps: readonly SecretStep[];
  readonly #stored: ReadonlyMap<string, DatedSecret>;
  readonly #candidates: readonly Candidate[];
  /** Those that are known to be current. */
  readonly #current = new Set<string>();
  /** Why AWS could not be asked, of those that stay as they are. */
  readonly #kept = new Map<string, Refusal>();
  readonly #failed = new Map<string, Refusal>();

  constructor(steps: readonly SecretStep[], stored: StoredGeneration | null, candidates: readonly Candidate[]) {
    this.#steps = steps;
    this.#stored = new Map((stored?.secrets ?? []).map((secret) => [secret.name, secret]));
    this.#candidates = candidates;
  }

  /** By the ids of the versions alone. */
  async compare({ describeSecret, log }: SecretQuestions): Promise<void> {
    if (describeSecret === undefined) return;
    // Those that must be fetched in any case are not asked about.
    const settled = this.#steps.filter((step) => this.#isDeclaredAsStored(step) && !this.#mustRender(step.name));
    const descriptions = new Map<string, SecretDescription>();
    await allGathering(settled.filter(needsDescription), async (step) => {
      const description = await this.#describe(step, describeSecret, log);
      if (description !== null) descriptions.set(step.name, description);
    });
    const asked = settled.filter((step) => !needsDescription(step) || descriptions.has(step.name));
    const stale = new Set(findStale(asked, descriptions, [...this.#stored.values()]).map(({ name }) => name));
    for (const { name } of asked) if (!stale.has(name)) this.#current.add(name);
  }

  async fetch(fetched: Map<string, FetchedSecret>, { fetchSecret, log }: SecretQuestions): Promise<Selection> {
    this.#spread();
    const isOpen = (name: string) => ![this.#current, this.#kept, this.#failed].some((known) => known.has(name));
    const missing = this.#steps.filter(({ name }) => isOpen(name));
    await allGathering(missing, (step) => this.#fetchOne(step, fetchSecret, fetched));
    this.#failUnrenderable();
    if (missing.length === 0 && this.#steps.length > 0)
      log(
        "info",
        this.#kept.size + this.#failed.size === 0
          ? "every secret is current: none is fetched"
          : "no secret can be fetched",
      );
    const unfetched = this.#steps.flatMap(({ name }) => {
      const secret = fetched.has(name) ? undefined : this.#stored.get(name);
      return secret === undefined ? [] : [[name, secret] as const];
    });
    return {
      fetched,
      unfetched: new Map(unfetched),
      kept: new Set(this.#kept.keys()),
      failed: this.#failed,
      warnings: [...this.#kept].map(([name, refusal]) => tellKept(name, refusal)),
    };
  }

  async #describe(
    step: SecretStep,
    describeSecret: (step: SecretStep) => Promise<SecretDescription>,
    log: Log,
  ): Promise<SecretDescription | null> {
    try {
      return await describeSecret(step);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The whole of the run's time went into it: to fetch it would come to the same.
      if (error.code === "unavailable") this.#keepOrFail(step, error);
      else log("debug", `secret ${step.name} is fetched, for its versions can't be compared: ${error.message}`);
      return null;
    }
  }

  async #fetchOne(
    step: SecretStep,
    fetchSecret: (step: SecretStep) => Promise<FetchedSecret>,
    fetched: Map<string, FetchedSecret>,
  ): Promise<void> {
    try {
      fetched.set(step.name, await fetchSecret(step));
    } catch (error) {
      // Denied or deleted is AWS's word, and what is stored is not to outlive it here.
      if (!(error instanceof Refusal)) throw error;
      if (error.code === "unavailable") this.#keepOrFail(step, error);
      else this.#failed.set(step.name, placeRefusal(error, step));
    }
  }

  #keepOrFail(step: SecretStep, refusal: Refusal): void {
    const isKept = step.onUnavailable === "keep" && this.#isDeclaredAsStored(step);
    (isKept ? this.#kept : this.#failed).set(step.name, placeRefusal(refusal, step));
  }

  #isDeclaredAsStored(step: SecretStep): boolean {
    return this.#stored.get(step.name)?.declared === declarationOf(step);
  }

  #mustRender(name: string): boolean {
    return this.#candidates.some((one) => mustRender(one) && one.secrets.includes(name));
  }

  /** A file is rendered from values that were all fetched, or stays: what shares a file with a secret that is fetched, is too. */
  #spread(): void {
    for (let before = -1; before !== this.#current.size;) {
      before = this.#current.size;
      for (const candidate of this.#candidates) {
        const isStale = (name: string) => !this.#current.has(name) && !this.#kept.has(name);
        if (!mustRender(candidate) && !candidate.secrets.some(isStale)) continue;
        for (const name of candidate.secrets) this.#current.delete(name);
      }
    }
  }

  #failUnrenderable(): void {
    for (const { target, secrets, isReusable } of this.#candidates) {
      for (const name of isReusable ? [] : secrets) {
        const refusal = this.#kept.get(name);
        if (refusal === undefined) continue;
        const fix = "Wait for AWS to be reachable: what is stored of this file is not what is declared now.";
        const own = placeProblem({ what: `${target.path} can't be written again`, fix }, target);
        this.#kept.delete(name);
        this.#failed.set(name, new Refusal("unavailable", [...refusal.problems, own]));
      }
    }
  }
}

function mustRender({ isReusable, isBehind }: Candidate): boolean {
  return !isReusable || isBehind;
}

function tellKept(name: string, refusal: Refusal): Problem {
  const why = refusal.problems.map((problem) => `${formatFinding(problem)}. ${problem.fix}`).join(" ");
  const fix = "It is `onUnavailable: keep`: the next run asks again.";
  return {
    what: `the stored version of the secret ${name} is kept, for AWS can't be asked: ${why.replace(/\.$/, "")}`,
    fix,
  };
}

// What an image's own programs say of the files of each plan, in place and never written to the image. Plans that would write the
// same are asked about once.

import { createHash } from "node:crypto";
import { listUnresolved, resolveTarget, type Target } from "../apply/targets/target.ts";
import type { ValidationOutcomes } from "../apply/units/validate-files.ts";
import { toCellFile, validateImage, type ImagePolicy, type ImageValidation } from "../apply/units/validate-image.ts";
import type { Deadline } from "../deadline.ts";
import type { CellFile } from "../host/cell/cell-layers.ts";
import { readAccounts } from "../host/resolve-owner.ts";
import type { RunCommand } from "../host/run-command.ts";
import type { Plan } from "../plan/plan.ts";
import { declaredAt, Refusal } from "../refusal.ts";

export type PlanValidation =
  | { readonly kind: "accepted"; readonly outcomes: ValidationOutcomes }
  | { readonly kind: "refused"; readonly refusal: Refusal };

interface PlansContext extends ImagePolicy {
  readonly root: string;
  readonly deadline: Deadline;
  readonly run: RunCommand;
}

/** One for each plan, in their order. The owners of their files must be known in the image: see checkImage. */
export async function validatePlans(plans: readonly Plan[], context: PlansContext): Promise<PlanValidation[]> {
  const accounts = readAccounts(context.root);
  const known = new Map<string, PlanValidation>();
  const results: PlanValidation[] = [];
  for (const plan of plans) {
    const targets = listUnresolved(plan).map((target) => resolveTarget(accounts, target));
    const [files, validations] = [targets.flatMap(toCellFile), targets.flatMap(toValidation)];
    if (context.deadline.remainingMs() === 0) throw outOfTime(results.length, plans.length);
    const key = digestOf(files);
    const result =
      known.get(key) ?? (await validatePlan(validations, files, { ...context, secretsFolder: plan.secretsFolder }));
    known.set(key, result);
    results.push(result);
  }
  return results;
}

function outOfTime(done: number, all: number): Refusal {
  const what = `the time was over when the files of ${done} of ${all} machines were validated`;
  return new Refusal("system", { what, fix: "Give more time, --deadline 10m, or name fewer types." });
}

async function validatePlan(
  validations: readonly ImageValidation[],
  files: readonly CellFile[],
  context: PlansContext & { readonly secretsFolder: string },
): Promise<PlanValidation> {
  try {
    return { kind: "accepted", outcomes: await validateImage(validations, files, context) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "refused", refusal: error };
  }
}

function toValidation({ path, source, isSecret, at }: Target): ImageValidation[] {
  if (source.kind !== "file" || source.step.validate === null) return [];
  return [{ path, argv: source.step.validate, holdsSecrets: isSecret, ...declaredAt(at) }];
}

function digestOf(files: readonly CellFile[]): string {
  const hash = createHash("sha256");
  for (const { bytes, ...rest } of files) hash.update(JSON.stringify([rest, bytes?.length])).update(bytes ?? "");
  return hash.digest("hex");
}

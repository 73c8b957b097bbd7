// Has every staged file's own program judge it: on this machine directly, of a mounted image in a cell.

import type { Deadline } from "../deadline.ts";
import type { RunCommand } from "../host/run-command.ts";
import { declaredAt } from "../refusal.ts";
import type { TimeStep } from "../time-step.ts";
import type { StagedTarget } from "./files/staged.ts";
import { validateFiles, type Validation, type ValidationOutcomes } from "./units/validate-files.ts";
import type { ImagePolicy } from "./units/validate-image.ts";

interface ValidationContext {
  readonly root: string;
  readonly secretsFolder: string;
  readonly deadline: Deadline;
  readonly run: RunCommand;
  readonly time?: TimeStep;
  /** Default: what cannot be validated is told, and no program is forbidden. */
  readonly policy?: ImagePolicy;
}

const LENIENT: ImagePolicy = { strict: false, forbidden: null };

export async function validateStaged(
  staged: readonly StagedTarget[],
  context: ValidationContext,
): Promise<ValidationOutcomes> {
  const validations = listValidations(staged);
  if (validations.length === 0 || context.root === "/") return validateFiles(validations, context);
  // A boot has no image to look into.
  const { toCellFile, validateImage } = await import("./units/validate-image.ts");
  // What has no new bytes is in the image by now, as a declared folder is.
  const files = staged.flatMap(({ target, change }) => (change.stagedPath === null ? [] : toCellFile(target)));
  return validateImage(validations, files, { ...context, ...(context.policy ?? LENIENT) });
}

function listValidations(staged: readonly StagedTarget[]): Validation[] {
  return staged.flatMap(({ target: { source, path, isSecret, at }, change: { stagedPath } }) => {
    if (source.kind !== "file" || source.step.validate === null || stagedPath === null) return [];
    return [{ argv: source.step.validate, path, stagedPath, holdsSecrets: isSecret, ...declaredAt(at) }];
  });
}

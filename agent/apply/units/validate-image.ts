// Asks an image's own programs whether they take its new files: in a cell each, which sees all new files in place and leaves the
// image as it is. Says of every file that no program was asked about, and why.

import type { Deadline } from "../../deadline.ts";
import type { CellFile } from "../../host/cell/cell-layers.ts";
import { inCell } from "../../host/cell/cell.ts";
import { explainForeign } from "../../host/cell/foreign-program.ts";
import type { RunCommand } from "../../host/run-command.ts";
import { placeProblem, Refusal, type Problem } from "../../refusal.ts";
import { encodeContent } from "../files/encode-content.ts";
import type { Target } from "../targets/target.ts";
import {
  describeValidation,
  validateFiles,
  type Validation,
  type ValidationOutcome,
  type ValidationOutcomes,
} from "./validate-files.ts";

/** In a cell a validator opens the file by the name that it will have. */
export type ImageValidation = Omit<Validation, "stagedPath">;

/** Which of an image's programs may run, and what becomes of files that none has judged. */
export interface ImagePolicy {
  /** Why none of them is to run. Null: they may. */
  readonly forbidden: string | null;
  /** A file that could not be validated is a failure. */
  readonly strict: boolean;
}

/** As a cell is to show it: none of what prints a secret, which cannot be rendered here. */
export function toCellFile({ path, uid, gid, mode, source, isSecret }: Target): CellFile[] {
  switch (source.kind) {
    case "folder":
      return [{ path, uid, gid, mode, bytes: null }];
    case "file":
      return isSecret ? [] : [{ path, uid, gid, mode, bytes: encodeContent(source.step, new Map()) }];
    case "secret":
      return [];
  }
}

interface ImageContext extends ImagePolicy {
  readonly root: string;
  readonly secretsFolder: string;
  readonly deadline: Deadline;
  readonly run: RunCommand;
}

/**
 * @param files every new file, validated or not: one may include another
 * @throws Refusal with all that their programs refuse; with `strict`, with all that none was asked about
 */
export async function validateImage(
  validations: readonly ImageValidation[],
  files: readonly CellFile[],
  context: ImageContext,
): Promise<ValidationOutcomes> {
  const known = new Map(validations.flatMap((one) => foresee(one, files, context)));
  const open = validations.filter(({ path }) => !known.has(path));
  const outcomes = new Map([...known, ...(await askInCell(open, files, context))]);
  if (context.strict) refuseSkipped(validations, outcomes);
  return outcomes;
}

type Entry = readonly [path: string, outcome: ValidationOutcome];

/** What is known before any program is asked. */
function foresee(
  { path, argv, holdsSecrets }: ImageValidation,
  files: readonly CellFile[],
  { root, secretsFolder, forbidden }: ImageContext,
): Entry[] {
  if (forbidden !== null) return [[path, { kind: "skipped", by: argv, reason: forbidden }]];
  const namesSecret = files.some((file) => file.path === path && file.bytes?.includes(`${secretsFolder}/`));
  if (holdsSecrets || namesSecret) return [[path, { kind: "later", by: argv }]];
  const reason = explainForeign(root, argv[0] ?? "");
  return reason === null ? [] : [[path, { kind: "skipped", by: argv, reason }]];
}

async function askInCell(
  validations: readonly ImageValidation[],
  files: readonly CellFile[],
  context: ImageContext,
): Promise<readonly Entry[]> {
  if (validations.length === 0) return [];
  const { deadline } = context;
  const staged = validations.map((one) => ({ ...one, stagedPath: one.path }));
  const tried = await inCell(files, context, (run) => validateFiles(staged, { deadline, run }));
  if (tried.kind === "used") return [...tried.result];
  return validations.map(({ path, argv }) => [path, { kind: "skipped", by: argv, reason: tried.reason }]);
}

/** `system`: another user, or another machine, could ask. */
function refuseSkipped(validations: readonly ImageValidation[], outcomes: ValidationOutcomes): void {
  const problems = validations.flatMap((validation): Problem[] => {
    const outcome = outcomes.get(validation.path);
    if (outcome?.kind !== "skipped") return [];
    const what = `${validation.path} is ${describeValidation(outcome)}`;
    return [placeProblem({ what, fix: "Put that right, or leave --strict out to go on all the same." }, validation)];
  });
  if (problems.length > 0) throw new Refusal("system", problems);
}

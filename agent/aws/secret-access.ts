// Whether each planned secret can be had, as far as DescribeSecret can tell: it is there, and has the version that is meant.
// Reads no value; whether the role may read one, and its key decrypt, only a fetch can tell.

import type { SecretStep } from "../plan/plan.ts";
import { secretLabel } from "../plan/secret-label.ts";
import { placeProblem, placeRefusal, Refusal, type Problem, type RefusalCode } from "../refusal.ts";
import { wantedVersionId, type SecretDescription } from "./secret-description.ts";

/** An interface, as `plan --check-access --json` prints it. */
export interface SecretAccess {
  readonly name: string;
  readonly id: string;
  /** Null: the instance's, which is not known. */
  readonly region: string | null;
  /** Null: it cannot be told. */
  readonly versionId: string | null;
  /** Null: nothing stands in the way. */
  readonly code: RefusalCode | null;
  readonly problems: readonly Problem[];
}

export async function checkAccess(
  steps: readonly SecretStep[],
  describe: (step: SecretStep) => Promise<SecretDescription>,
  instanceRegion: string | null,
): Promise<SecretAccess[]> {
  return Promise.all(
    steps.map(async (step) => {
      const common = { name: step.name, id: step.id, region: step.region ?? instanceRegion };
      try {
        const { problems, ...judgement } = judgeDescription(step, await describe(step));
        return { ...common, ...judgement, problems: problems.map((problem) => placeProblem(problem, step)) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { ...common, versionId: null, code: error.code, problems: placeRefusal(error, step).problems };
      }
    }),
  );
}

type Judgement = Pick<SecretAccess, "versionId" | "code" | "problems">;

function judgeDescription(step: SecretStep, description: SecretDescription): Judgement {
  const subject = `secret ${step.name} (${secretLabel(step)})`;
  if (description.isDeleted) {
    const fix = "Restore it: aws secretsmanager restore-secret --secret-id ID.";
    return missing({ what: `${subject} is scheduled for deletion`, fix });
  }
  const versionId = wantedVersionId(step, description);
  // A version that has lost its last stage is not listed, and is there until AWS removes it.
  const isListed = versionId !== null && Object.values(description.versionIds).includes(versionId);
  if (versionId !== null && !isListed) return { versionId: null, code: null, problems: [] };
  if (versionId !== null) return { versionId, code: null, problems: [] };
  const stages = Object.keys(description.versionIds).toSorted().join(", ");
  const fix = `It has ${stages === "" ? "no version at all: put a value" : `${stages}: correct the stage`}.`;
  return missing({ what: `${subject} has no version with this stage`, fix });
}

function missing(problem: Problem): Judgement {
  return { versionId: null, code: "data", problems: [problem] };
}

/** The first code that a retry would not fix, else `unavailable`. Null: no secret has a problem. */
export function accessFailure(access: readonly SecretAccess[]): RefusalCode | null {
  const codes = access.flatMap(({ code }) => code ?? []);
  return codes.find((code) => code !== "unavailable") ?? codes[0] ?? null;
}

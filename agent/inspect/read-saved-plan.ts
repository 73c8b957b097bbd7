// Reads the file of `apply --plan`, which is input like any other: from a person, and maybe from somebody else.

import type { InputKind } from "../host/inputs/explain-read.ts";
import type { Inputs } from "../host/inputs/inputs.ts";
import { judgePrograms, judgeSelf } from "../host/inputs/judge-programs.ts";
import { parseSavedPlan, type SavedPlan } from "./saved-plan.ts";

const SAVED_PLAN: InputKind = {
  name: "the plan",
  // Hundreds of times a large image's plan.
  mostBytes: 256 * 1024 * 1024,
  code: "data",
  absent: {
    code: "usage",
    what: "there is no such plan",
    fix: "Give the path of the file that `parbake plan --json` wrote.",
  },
};

/**
 * @param root where the plan's programs are
 * @throws Refusal `data` where it is not a plan, `permission` where others may have written it and `inputs` refuses that
 */
export function readSavedPlan(file: string, root: string, inputs: Inputs): SavedPlan {
  return inputs.telling(() => {
    judgeSelf(inputs);
    const saved = parseSavedPlan(inputs.read(file, SAVED_PLAN), file);
    judgePrograms(
      saved.plan.steps.filter((step) => step.kind === "file"),
      root,
      inputs,
    );
    return saved;
  });
}

// The staged changes as the report tells them. Pure.

import type { Plan } from "../plan/plan.ts";
import type { FetchedSecrets } from "./encode-content.ts";
import { neededSecrets } from "./fetch-secrets.ts";
import type { FileDifference } from "./read-current.ts";
import type { FileReport, SecretReport } from "./report.ts";
import type { StagedTarget } from "./stage-targets.ts";
import type { ValidationOutcome } from "./validate.ts";

/** Whether a unit that reads the file has something new to read. */
export function isNewContent(difference: FileDifference): boolean {
  return difference === "create" || difference === "update";
}

export function reportFiles(staged: readonly StagedTarget[], validation: ValidationOutcome): FileReport[] {
  return staged.flatMap(({ target: { source, path }, change }) => {
    if (source.kind !== "file") return [];
    const wasValidated = source.step.validate !== null && isNewContent(change.difference);
    return [{ path, change: change.difference, validation: wasValidated ? describe(validation) : null }];
  });
}

export function reportSecrets(plan: Plan, secrets: FetchedSecrets, staged: readonly StagedTarget[]): SecretReport[] {
  return neededSecrets(plan).map((step) => {
    const differences = staged
      .filter(({ target: { source } }) => source.kind === "secret" && source.step === step)
      .map(({ change }) => change.difference);
    return {
      name: step.name,
      id: step.id,
      versionId: secrets.get(step.name)!.versionId,
      change: greatest(differences),
    };
  });
}

const BY_SIZE: readonly FileDifference[] = ["create", "update", "attributes", "unchanged"];

function greatest(differences: readonly FileDifference[]): FileDifference {
  return BY_SIZE.find((difference) => differences.includes(difference)) ?? "unchanged";
}

function describe(outcome: ValidationOutcome): string {
  switch (outcome.kind) {
    case "passed":
      return "passed";
    case "skipped":
      return outcome.reason;
  }
}

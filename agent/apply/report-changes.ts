// The staged changes as the report tells them. Pure.

import type { Plan } from "../plan/plan.ts";
import { neededSecrets } from "./secrets/needed-secrets.ts";
import type { FileDifference } from "../host/files/read-current.ts";
import type { FileReport, FolderReport, SecretReport } from "../report/report.ts";
import type { Selection } from "./secrets/choose-secrets.ts";
import type { ValidationOutcome } from "./units/validate-files.ts";
import { isNewContent, type StagedTarget } from "./files/staged.ts";

export function reportFiles(staged: readonly StagedTarget[], validation: ValidationOutcome): FileReport[] {
  return staged.flatMap(({ target: { source, path }, change: { difference }, file }) => {
    if (source.kind !== "file" || file === null) return [];
    const wasValidated = source.step.validate !== null && isNewContent(difference);
    const { contact } = file;
    return [
      {
        path,
        change: difference,
        validation: wasValidated ? describe(validation) : null,
        adopted: contact.kind === "adopted",
        drift: contact.kind === "drifted" ? { since: contact.since } : null,
      },
    ];
  });
}

export function reportRemoval(path: string): FileReport {
  return { path, change: "remove", validation: null, adopted: false, drift: null };
}

export function reportFolders(staged: readonly StagedTarget[]): FolderReport[] {
  const folders = staged.filter(({ target: { source } }) => source.kind === "folder");
  return folders.map(({ target: { path }, change: { difference } }) => ({ path, change: difference }));
}

export function reportSecrets(plan: Plan, selection: Selection, staged: readonly StagedTarget[]): SecretReport[] {
  return neededSecrets(plan).map((step) => {
    const differences = staged
      .filter(({ target: { source } }) => source.kind === "secret" && source.step === step)
      .map(({ change }) => change.difference);
    return {
      name: step.name,
      id: step.id,
      versionId: versionOf(step.name, selection),
      source: selection.kept.has(step.name) ? "kept" : selection.fetched.has(step.name) ? "fetched" : "current",
      change: greatest(differences),
    };
  });
}

function versionOf(name: string, { fetched, held }: Selection): string {
  return (fetched.get(name) ?? held.get(name))!.versionId;
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

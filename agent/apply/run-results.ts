// What the stages of a run gave → what its report tells. Pure.

import type { FileDifference } from "../host/files/read-current.ts";
import type { Plan } from "../plan/plan.ts";
import type { FileReport, FolderReport, SecretReport } from "../report/report.ts";
import type { RunResults } from "../report/run-record.ts";
import type { Possible } from "./choose-possible.ts";
import type { StagedTarget } from "./files/staged.ts";
import type { Store } from "./prepare-run.ts";
import type { Selection } from "./secrets/choose-secrets.ts";
import { neededSecrets } from "./secrets/needed-secrets.ts";
import type { Staged } from "./stage-plan.ts";
import type { Recovered } from "./transaction/recover.ts";
import type { Told } from "./transaction/transaction.ts";
import { describeValidation, type ValidationOutcomes } from "./units/validate-files.ts";

/** What each stage gave, as far as the run got. */
export interface Done {
  /** Whether the run got the lock. */
  isLocked?: true;
  recovered?: Recovered;
  /** Whether the plan still fits the machine. */
  isRechecked?: true;
  store?: Store;
  selection?: Selection;
  possible?: Possible;
  staged?: Staged;
  validations?: ValidationOutcomes;
  /** Absent: nothing that was staged is in place. */
  isSwapped?: true;
  told?: Told;
}

export function resultsOf(done: Done): Omit<RunResults, "storedSecrets"> {
  const { recovered, store, possible, staged, told } = done;
  return {
    rolledBack: told?.isRolledBack ?? false,
    recovered: recovered?.recovery ?? null,
    ...reportChanges(done),
    units: [...(recovered?.units ?? []), ...(staged?.skipped ?? []), ...(told?.units ?? [])],
    healthChecks: [...(recovered?.healthChecks ?? []), ...(told?.healthChecks ?? [])],
    storage: store?.storage ?? null,
    held: possible?.held ?? [],
  };
}

function reportChanges(done: Done): Pick<RunResults, "folders" | "files" | "secrets"> {
  const { selection, possible, staged, validations, isSwapped } = done;
  if (!selection || !possible || !staged || !validations || !isSwapped) return { folders: [], files: [], secrets: [] };
  const removals = staged.removals.map(({ path }) => reportRemoval(path));
  return {
    folders: reportFolders(staged.targets),
    files: [...reportFiles(staged.targets, validations), ...removals],
    secrets: reportSecrets(possible.plan, selection, staged.targets),
  };
}

function reportFiles(staged: readonly StagedTarget[], validations: ValidationOutcomes): FileReport[] {
  return staged.flatMap(({ target: { source, path }, change: { difference }, file }) => {
    if (source.kind !== "file" || file === null) return [];
    const validation = validations.get(path);
    const { contact } = file;
    return [
      {
        path,
        change: difference,
        validation: validation === undefined ? null : describeValidation(validation),
        adopted: contact.kind === "adopted",
        drift: contact.kind === "drifted" ? { since: contact.since } : null,
      },
    ];
  });
}

function reportRemoval(path: string): FileReport {
  return { path, change: "remove", validation: null, adopted: false, drift: null };
}

function reportFolders(staged: readonly StagedTarget[]): FolderReport[] {
  const folders = staged.filter(({ target: { source } }) => source.kind === "folder");
  return folders.map(({ target: { path }, change: { difference } }) => ({ path, change: difference }));
}

function reportSecrets(plan: Plan, selection: Selection, staged: readonly StagedTarget[]): SecretReport[] {
  return neededSecrets(plan).flatMap((step) => {
    const secret = selection.fetched.get(step.name) ?? selection.unfetched.get(step.name);
    if (secret === undefined) return [];
    const differences = staged
      .filter(({ target: { source } }) => source.kind === "secret" && source.step === step)
      .map(({ change }) => change.difference);
    return {
      name: step.name,
      id: step.id,
      versionId: secret.versionId,
      source: selection.kept.has(step.name) ? "kept" : selection.fetched.has(step.name) ? "fetched" : "current",
      change: greatest(differences),
    };
  });
}

const BY_SIZE: readonly FileDifference[] = ["create", "update", "attributes", "unchanged"];

function greatest(differences: readonly FileDifference[]): FileDifference {
  return BY_SIZE.find((difference) => differences.includes(difference)) ?? "unchanged";
}

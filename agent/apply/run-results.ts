// What the stages of a run gave → what its report tells. Pure.

import type { FileDifference } from "../host/files/read-current.ts";
import type { Plan } from "../plan/plan.ts";
import { unitsOf } from "../plan/unit-needs.ts";
import { WAVES, type Wave, type WaveByStep } from "../plan/waves.ts";
import type { Refusal } from "../refusal.ts";
import type { FileReport, FolderReport, SecretReport, WaveReport } from "../report/report.ts";
import type { RunResults } from "../report/run-record.ts";
import type { Possible } from "./choose-possible.ts";
import type { StagedTarget } from "./files/staged.ts";
import { nameStep } from "./partial-plan.ts";
import type { Store } from "./prepare-run.ts";
import type { Selection } from "./secrets/choose-secrets.ts";
import { neededSecrets } from "./secrets/needed-secrets.ts";
import type { Staged } from "./stage-plan.ts";
import type { Trial } from "./transaction/journal.ts";
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
  /** Of all that is known of the plan, whether it is possible or not. */
  waveOf: WaveByStep;
  /** In order. Of the last, what it gave so far. */
  readonly waves: WaveDone[];
  /** What each wave and secret failed of that did not end the run. */
  readonly failures: Refusal[];
  readonly failedWaves: Map<Wave, Refusal>;
}

/** A transaction of the run. */
export interface WaveDone {
  /** Those that it joins; none once they are tried one by one. */
  names: readonly Wave[];
  /** What of the plan is applied. */
  readonly plan: Plan;
  staged?: Staged;
  validations?: ValidationOutcomes;
  /** Absent: nothing that was staged is in place. */
  isSwapped?: true;
  told?: Told;
  /** Absent: nobody has to confirm it. */
  trial?: Trial;
  /** Absent: it is not over, or has failed. */
  isPlaced?: true;
  /** The units that it released. */
  units: readonly string[];
  /** When it was over, from the run's start on. Null: it is not. */
  endMs: number | null;
}

export function noneDone(): Done {
  return { waveOf: new Map(), waves: [], failures: [], failedWaves: new Map() };
}

export function resultsOf(done: Done): Omit<RunResults, "storedSecrets"> {
  const { recovered, store, possible, waves } = done;
  return {
    changed: waves.some(isChange),
    rolledBack: waves.some(({ told }) => told?.isRolledBack ?? false),
    recovered: recovered?.recovery ?? null,
    waves: reportWaves(done),
    ...reportChanges(done),
    units: [
      ...(recovered?.units ?? []),
      ...waves.flatMap(({ staged, told }) => [...(staged?.skipped ?? []), ...(told?.units ?? [])]),
    ],
    healthChecks: [...(recovered?.healthChecks ?? []), ...waves.flatMap(({ told }) => told?.healthChecks ?? [])],
    storage: store?.storage ?? null,
    held: possible?.held ?? [],
    confirmUntil: waves.find(({ trial }) => trial)?.trial?.until ?? null,
  };
}

function isChange({ staged, isSwapped, told }: WaveDone): boolean {
  if (!isSwapped || !staged || told?.isRolledBack) return false;
  return staged.removals.length > 0 || staged.targets.some(isNew);
}

function isNew({ change: { difference } }: StagedTarget): boolean {
  return difference !== "unchanged" && difference !== "kept";
}

/** One for each wave of the plan, whether it was joined with another or never begun. */
function reportWaves({ waveOf, waves, possible }: Done): WaveReport[] {
  const held = new Set((possible?.held ?? []).map(({ what }) => what));
  return WAVES.flatMap((name) => {
    const steps = [...waveOf].flatMap(([step, wave]) => (wave === name && step.kind !== "folder" ? [step] : []));
    if (steps.length === 0) return [];
    const own = new Set(steps.flatMap(unitsOf));
    const tried = waves.find(({ names }) => names.includes(name));
    const lacking = steps.filter((step) => held.has(nameStep(step)));
    const isLost = tried?.isPlaced !== true || lacking.length === steps.length;
    return {
      name,
      result: isLost ? "failed" : lacking.length > 0 ? "partly" : "done",
      tookMs: tried?.endMs ?? null,
      units: (tried?.units ?? []).filter((unit) => own.has(unit)),
    };
  });
}

function reportChanges({ waves, selection }: Done): Pick<RunResults, "folders" | "files" | "secrets"> {
  const swapped = waves.filter(({ isSwapped }) => isSwapped);
  return {
    folders: mergeByPath(swapped.flatMap(({ staged }) => reportFolders(staged?.targets ?? []))),
    files: mergeByPath(
      swapped.flatMap(({ staged, validations }) => [
        ...reportFiles(staged?.targets ?? [], validations ?? new Map()),
        ...(staged?.removals ?? []).map(({ path }) => reportRemoval(path)),
      ]),
    ),
    secrets:
      selection === undefined
        ? []
        : swapped.flatMap(({ plan, staged }) => reportSecrets(plan, selection, staged?.targets ?? [])),
  };
}

/** A later wave finds what an earlier one has made: that is no second change. */
function mergeByPath<T extends { readonly path: string; readonly change: FileDifference }>(reports: readonly T[]): T[] {
  const byPath = new Map<string, T>();
  for (const report of reports)
    if ((byPath.get(report.path)?.change ?? "unchanged") === "unchanged") byPath.set(report.path, report);
  return [...byPath.values()];
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

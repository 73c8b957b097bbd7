// Performs a plan: everything is checked, fetched, staged and validated before the first file is swapped in, and any failure
// until then leaves the machine as it was.

import type { FetchedSecret } from "../aws/fetched-secret.ts";
import type { OnChange } from "../config/config.ts";
import type { Deadline } from "../deadline.ts";
import type { Log } from "../log.ts";
import type { Plan, SecretStep } from "../plan/plan.ts";
import type { FetchedSecrets } from "./encode-content.ts";
import { eraseSecrets, fetchSecrets, neededSecrets } from "./fetch-secrets.ts";
import { removeFolders } from "./folder.ts";
import { forEachGathering } from "./gather-refusals.ts";
import { takeLock } from "./lock.ts";
import { forgetDebts, openDebts, payDebts, writeDebts, type Debts } from "./owed.ts";
import { isNewContent, reportFiles, reportSecrets } from "./report-changes.ts";
import { writeReport, type Report } from "./report.ts";
import type { RunCommand } from "./run-command.ts";
import { RunRecord } from "./run-record.ts";
import { checkSecretsFolder } from "./secret-store.ts";
import { makeSecretFolders, stageTargets, type StagedTarget } from "./stage-targets.ts";
import { swapAll, undoAll } from "./swap.ts";
import { resolveTargets, type Target } from "./targets.ts";
import { removeLeftovers } from "./temporary.ts";
import { validateFiles, type Validation } from "./validate.ts";

export interface ApplyOptions {
  readonly root: string;
  readonly deadline: Deadline;
  readonly log: Log;
  /** How long to wait for another run to end. */
  readonly lockWaitMs: number;
  readonly fetchSecret: (step: SecretStep) => Promise<FetchedSecret>;
  readonly run: RunCommand;
  /** Whether systemd started this process: see runsAsUnit. */
  readonly noBlock: boolean;
  readonly versions: Report["versions"];
}

/** Throws a Refusal, or our bug. A report is left in either case, but for a run that did not get the lock. */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Report> {
  const { root, log } = options;
  const record = new RunRecord(options.versions);
  const lock = await record.time("lock", () =>
    takeLock(root, Math.min(options.lockWaitMs, options.deadline.remainingMs())),
  );
  try {
    await perform(plan, options, record);
    return publish(root, record.finish(null), log);
  } catch (error) {
    publish(root, record.finish(error), log);
    throw error;
  } finally {
    lock.release();
  }
}

async function perform(plan: Plan, options: ApplyOptions, record: RunRecord): Promise<void> {
  const { root } = options;
  // All of it before the first byte of a secret is fetched.
  const targets = await record.time("check", () => checkAll(plan, root, record));
  const secrets = await record.time("fetch", () => fetchSecrets(plan, options.fetchSecret));
  try {
    await writeTargets(plan, targets, secrets, options, record);
  } finally {
    eraseSecrets(secrets);
  }
}

function checkAll(plan: Plan, root: string, record: RunRecord): Target[] {
  const checks = [
    () => {
      if (neededSecrets(plan).length > 0) record.storage = checkSecretsFolder(root, plan.secretsFolder);
      return [];
    },
    () => resolveTargets(plan, root, removeLeftovers),
  ];
  return forEachGathering(checks, (check) => check()).flat();
}

async function writeTargets(
  plan: Plan,
  targets: readonly Target[],
  secrets: FetchedSecrets,
  options: ApplyOptions,
  record: RunRecord,
): Promise<void> {
  const madeFolders = makeSecretFolders(targets, plan.secretsFolder, options.root);
  const staged: StagedTarget[] = [];
  try {
    await record.time("stage", () => stageTargets(targets, secrets, options.root, staged));
    const validation = await record.time("validate", () => validateFiles(listValidations(staged), options));
    record.files = reportFiles(staged, validation);
    record.secrets = reportSecrets(plan, secrets, staged);
    const debts = openDebts(options.root, listActions(staged));
    await record.time("swap", () => swapOwing(staged, debts, options));
    record.isSwapped = true;
    await record.time("units", () => payDebts(debts, options, record));
  } catch (error) {
    undoAll(staged.map(({ change }) => change));
    if (!record.isSwapped) removeFolders(options.root, madeFolders);
    throw error;
  }
}

function swapOwing(staged: readonly StagedTarget[], debts: Debts, { root, log }: ApplyOptions): void {
  const changes = staged.map(({ change }) => change);
  writeDebts(root, debts);
  try {
    swapAll(changes, (path) => log("debug", `swapped in ${path}`));
  } catch (error) {
    forgetDebts(root, debts);
    throw error;
  }
}

function listActions(staged: readonly StagedTarget[]): OnChange[] {
  return staged.flatMap(({ target: { source }, change }) =>
    source.kind === "file" && isNewContent(change.difference) ? source.step.onChange : [],
  );
}

function listValidations(staged: readonly StagedTarget[]): Validation[] {
  return staged.flatMap(({ target: { source, path, isSecret }, change: { stagedPath } }) => {
    if (source.kind !== "file" || source.step.validate === null || stagedPath === null) return [];
    return [{ argv: source.step.validate, path, stagedPath, holdsSecrets: isSecret }];
  });
}

// A run has done its work whether its report could be written or not; but never in silence.
function publish(root: string, report: Report, log: Log): Report {
  try {
    writeReport(root, report);
  } catch (error) {
    log("error", `the report could not be written: ${error instanceof Error ? error.message : "unknown"}`);
  }
  return report;
}

// Performs a plan: everything is checked, fetched, staged and validated before the first file is swapped in, and any failure
// until then leaves the machine as it was.

import type { FetchedSecret } from "../aws/fetched-secret.ts";
import type { Deadline } from "../deadline.ts";
import type { Log } from "../log.ts";
import type { Plan, SecretStep } from "../plan/plan.ts";
import type { FetchedSecrets } from "./encode-content.ts";
import { eraseSecrets, fetchSecrets, neededSecrets } from "./fetch-secrets.ts";
import { AttributeKeeper } from "./extended-attributes.ts";
import { removeFolders } from "./folder.ts";
import { forEachGathering } from "./gather-refusals.ts";
import { chooseFolder, newJournal } from "./journal.ts";
import { takeLock } from "./lock.ts";
import { logContacts } from "./log-contacts.ts";
import { readManaged, tryWriteManaged, type ManagedState } from "./managed.ts";
import { planFollowUp } from "./plan-follow-up.ts";
import { recover } from "./recover.ts";
import { findUndeclared, stageRemovals, warningsOf, type Undeclared } from "./removals.ts";
import { reportFiles, reportFolders, reportRemoval, reportSecrets } from "./report-changes.ts";
import { leaveReport, type Report } from "./report.ts";
import type { RunCommand } from "./run-command.ts";
import { RunRecord } from "./run-record.ts";
import { checkSecretsFolder } from "./secret-store.ts";
import { makeSecretFolders, stageTargets, type StagedTarget } from "./stage-targets.ts";
import { changesOf } from "./staged-change.ts";
import { undoAll } from "./swap.ts";
import { resolveTargets, type Target } from "./targets.ts";
import { removeLeftovers } from "./temporary.ts";
import { followUp, settle, swapIn, type Transaction } from "./transaction.ts";
import { updateManaged } from "./update-managed.ts";
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
  /** A record that was begun before the plan was made. */
  readonly record?: RunRecord;
  /** Called with the lock held and before anything is touched: throws where the plan no longer fits the machine. */
  readonly recheck?: () => void;
  /** Hears of the report, of a failed run too, while the lock is still held. */
  readonly onReport?: (report: Report) => void;
}

/** Throws a Refusal, or our bug. A report is left in either case, but for a run that did not get the lock. */
export async function applyPlan(plan: Plan, options: ApplyOptions): Promise<Report> {
  const { root } = options;
  const record = options.record ?? new RunRecord(options.versions);
  const lock = await record.time("lock", () =>
    takeLock(root, Math.min(options.lockWaitMs, options.deadline.remainingMs())),
  );
  try {
    await perform(plan, options, record);
    return publish(record.finish(null), options);
  } catch (error) {
    if (!record.isTentative) publish(record.finish(error), options);
    throw error;
  } finally {
    lock.release();
  }
}

async function perform(plan: Plan, options: ApplyOptions, record: RunRecord): Promise<void> {
  const { root } = options;
  await recover(options, record);
  record.isTentative = options.recheck !== undefined && record.recovered === null;
  options.recheck?.();
  record.isTentative = false;
  // All of it before the first byte of a secret is fetched.
  const found = await record.time("check", () => checkAll(plan, root, record));
  const secrets = await record.time("fetch", () => fetchSecrets(plan, options.fetchSecret));
  try {
    const transaction = await prepare(plan, found, secrets, options, record);
    if (transaction === null) record.isSwapped = true;
    else await carryOut(transaction, options, record);
  } finally {
    eraseSecrets(secrets);
  }
}

/** What the run builds on. */
interface Found {
  readonly targets: readonly Target[];
  readonly managed: ManagedState;
  readonly undeclared: readonly Undeclared[];
}

function checkAll(plan: Plan, root: string, record: RunRecord): Found {
  const managed = readManaged(root);
  const checks = [
    () => {
      if (neededSecrets(plan).length > 0) record.storage = checkSecretsFolder(root, plan.secretsFolder);
      return [];
    },
    () => resolveTargets(plan, root, removeLeftovers, managed.files),
  ];
  const targets = forEachGathering(checks, (check) => check()).flat();
  return { targets, managed, undeclared: findUndeclared(plan, root, managed.files) };
}

/** Everything staged and validated; null where there is nothing to do. */
async function prepare(
  plan: Plan,
  { targets, managed, undeclared }: Found,
  secrets: FetchedSecrets,
  options: ApplyOptions,
  record: RunRecord,
): Promise<Transaction | null> {
  const { root } = options;
  const keeper = new AttributeKeeper();
  const madeFolders = makeSecretFolders(targets, plan.secretsFolder, root);
  const staged: StagedTarget[] = [];
  const removals = stageRemovals(undeclared);
  const changes = () => [...changesOf(staged.map(({ change }) => change)), ...removals.map(({ change }) => change)];
  try {
    await record.time("stage", () => stageTargets(targets, secrets, root, staged, managed.files, keeper));
    const validation = await record.time("validate", () => validateFiles(listValidations(staged), options));
    record.files = [...reportFiles(staged, validation), ...removals.map(({ path }) => reportRemoval(path))];
    record.folders = reportFolders(staged);
    record.secrets = reportSecrets(plan, secrets, staged);
  } catch (error) {
    undoAll(root, changes());
    removeFolders(root, madeFolders);
    throw error;
  }
  logContacts(staged, options.log);
  record.warn([...keeper.warnings, ...warningsOf(undeclared)], options.log);
  const [hasChanges, writtenAt] = [changes().length > 0, new Date().toISOString()];
  const update = updateManaged(managed, staged, { plan, runId: record.runId, writtenAt, secrets, hasChanges });
  if (!hasChanges) {
    if (update !== null) tryWriteManaged(root, update, options.log);
    return null;
  }
  const next = planFollowUp(staged, removals, root, record);
  const journal = newJournal({ changes: changes(), madeFolders, followUp: next, managed: update });
  return { journal, folder: chooseFolder(journal.changes, plan.secretsFolder) };
}

async function carryOut(transaction: Transaction, options: ApplyOptions, record: RunRecord): Promise<void> {
  const swapped = await record.time("swap", () => swapIn(transaction, options));
  record.isSwapped = true;
  const failure = await record.time("units", () => followUp(swapped, options, record));
  if (failure !== null) throw failure.refusal;
  settle(swapped, options);
}

function listValidations(staged: readonly StagedTarget[]): Validation[] {
  return staged.flatMap(({ target: { source, path, isSecret }, change: { stagedPath } }) => {
    if (source.kind !== "file" || source.step.validate === null || stagedPath === null) return [];
    return [{ argv: source.step.validate, path, stagedPath, holdsSecrets: isSecret }];
  });
}

function publish(report: Report, { root, log, onReport }: ApplyOptions): Report {
  onReport?.(report);
  leaveReport(root, report, log);
  return report;
}

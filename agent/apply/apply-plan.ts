// Performs a plan: everything is checked, fetched, staged and validated before the first file is swapped in, and any failure
// until then leaves the machine as it was.

import type { Deadline } from "../deadline.ts";
import type { Log } from "../log.ts";
import type { Plan } from "../plan/plan.ts";
import { declaredAt } from "../refusal.ts";
import { orStopped, refuseStop } from "../stop.ts";
import type { Change, GenerationFlip } from "./change/change.ts";
import { checkAll, isInStore, narrow, type Found } from "./prepare-run.ts";
import { listCandidates } from "./secrets/examine-generation.ts";
import { AttributeKeeper } from "../host/files/extended-attributes.ts";
import { eraseSecrets } from "./secrets/needed-secrets.ts";
import { carryOutPossible } from "./carry-out-possible.ts";
import { chooseFolder, newJournal } from "./transaction/journal.ts";
import { linkCredentials } from "./secrets/link-credentials.ts";
import { takeLock } from "./state/lock.ts";
import { logContacts } from "./log-contacts.ts";
import { tryWriteManaged } from "./state/managed.ts";
import { planFollowUp } from "./units/build-follow-up.ts";
import { recover } from "./transaction/recover.ts";
import { stageRemovals, warningsOf } from "./files/undeclared.ts";
import { reportFiles, reportFolders, reportRemoval, reportSecrets } from "./report-changes.ts";
import { type Report } from "../report/report.ts";
import type { RunCommand } from "../host/run-command.ts";
import { RunRecord } from "../report/run-record.ts";
import { selectSecrets, type SecretQuestions, type Selection } from "./secrets/choose-secrets.ts";
import { NO_GENERATION, stageGeneration, type StagedGeneration } from "./secrets/stage-generation.ts";
import { stageTargets } from "./files/stage-targets.ts";
import { listStoredSecrets } from "./secrets/stored-generation.ts";
import { undoAll, type WrittenByChange } from "./change/make-all.ts";
import { followUp, settle, swapIn, type Transaction } from "./transaction/transaction.ts";
import { updateManaged } from "./next-record.ts";
import { validateFiles, type Validation } from "./units/validate-files.ts";
import { listValues, withholdSecrets } from "./secrets/withhold-secrets.ts";
import { leaveReport } from "../report/report-file.ts";
import type { StagedTarget } from "./files/staged.ts";
import type { FetchedSecrets } from "../aws/fetched-secret.ts";

export interface ApplyOptions extends SecretQuestions {
  readonly root: string;
  readonly deadline: Deadline;
  /** Of putting old files back: later, and no signal ends it. */
  readonly wayBack: Deadline;
  readonly log: Log;
  /** How long to wait for another run to end. */
  readonly lockWaitMs: number;
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
    takeLock(root, Math.min(options.lockWaitMs, options.deadline.remainingMs()), options.deadline.signal),
  );
  try {
    await perform(plan, options, record);
    return publish(plan, record, null, options);
  } catch (error) {
    const failure = orStopped(error, options.deadline, record.isRolledBack);
    if (!record.isTentative) publish(plan, record, failure, options);
    throw failure;
  } finally {
    lock.release();
  }
}

async function perform(plan: Plan, given: ApplyOptions, record: RunRecord): Promise<void> {
  const { root } = given;
  let fetched: FetchedSecrets = new Map();
  const options = { ...given, run: withholdSecrets(given.run, () => listValues(plan, root, fetched)) };
  await refuseStop(options.deadline);
  await recover(plan, options, record);
  record.isTentative = options.recheck !== undefined && record.recovered === null;
  options.recheck?.();
  record.isTentative = false;
  // All of it before the first byte of a secret is fetched.
  const found = await record.time("check", () => checkAll(plan, options, record));
  const { stored, targets } = found;
  const candidates = listCandidates(
    { root, secretsFolder: plan.secretsFolder },
    targets.filter((target) => isInStore(plan, target)),
    stored,
  );
  const selection = await record.time("fetch", () => selectSecrets(plan, stored, candidates, options));
  fetched = selection.fetched;
  try {
    await refuseStop(options.deadline);
    record.warn(selection.warnings, options.log);
    await carryOutPossible(plan, selection.failed, options, async (possible, held) => {
      record.held = held;
      const prepared = await prepare(possible, narrow(found, possible), selection, options, record);
      if (prepared !== null) return carryOut(possible, prepared, options, record);
      record.isSwapped = true;
      linkCredentials(possible, root);
    });
  } finally {
    eraseSecrets(selection.fetched);
  }
}

interface Prepared {
  readonly transaction: Transaction;
  readonly written: WrittenByChange;
}

/** Everything staged and validated; null where there is nothing to do. */
async function prepare(
  plan: Plan,
  { targets, managed, undeclared, stored }: Found,
  selection: Selection,
  options: ApplyOptions,
  record: RunRecord,
): Promise<Prepared | null> {
  const { root } = options;
  const writtenAt = new Date().toISOString();
  const keeper = new AttributeKeeper();
  const staged: StagedTarget[] = [];
  let generation = NO_GENERATION;
  const removals = stageRemovals(undeclared);
  const gone = removals.flatMap(({ change }) => change ?? []);
  // The flip last: should another not come about, nobody has seen it.
  const changes = () => [...staged.flatMap(declaredChange), ...gone, ...flipOf(generation)];
  const stage = () => {
    const { secretsFolder } = plan;
    const [inside, outside] = [true, false].map((is) => targets.filter((one) => isInStore(plan, one) === is));
    stageTargets(outside!, root, staged, managed.files, keeper);
    const wish = { root, secretsFolder, plan, targets: inside!, selection, stored, managed: managed.files };
    generation = stageGeneration({ ...wish, fetchedAt: writtenAt });
    staged.push(...generation.staged);
  };
  try {
    await record.time("stage", stage);
    const order = new Map(targets.map((target, index) => [target.path, index]));
    staged.sort((a, b) => order.get(a.target.path)! - order.get(b.target.path)!);
    const validation = await record.time("validate", () => validateFiles(listValidations(staged), options));
    record.files = [...reportFiles(staged, validation), ...removals.map(({ path }) => reportRemoval(path))];
    record.folders = reportFolders(staged);
    record.secrets = reportSecrets(plan, selection, staged);
  } catch (error) {
    undoAll(root, changes());
    throw error;
  }
  logContacts(staged, options.log);
  record.warn([...keeper.warnings, ...warningsOf(undeclared)], options.log);
  const hasChanges = changes().length > 0;
  const update = updateManaged(managed, staged, { plan, runId: record.runId, writtenAt, hasChanges });
  if (!hasChanges) {
    if (update !== null) tryWriteManaged(root, update, options.log);
    return null;
  }
  const next = planFollowUp(staged, removals, root, record);
  const journal = newJournal({ changes: changes(), madeFolders: [], followUp: next, managed: update });
  const transaction = { journal, folder: chooseFolder(journal.changes, plan.secretsFolder) };
  return { transaction, written: writtenBy(staged, generation) };
}

function flipOf({ flip }: StagedGeneration): GenerationFlip[] {
  return flip === null ? [] : [flip];
}

function writtenBy(staged: readonly StagedTarget[], generation: StagedGeneration): WrittenByChange {
  return new Map([
    ...staged.map(({ change }) => [change.path, change.written] as const),
    ...flipOf(generation).map(({ path }) => [path, generation.written] as const),
  ]);
}

async function carryOut(
  plan: Plan,
  { transaction, written }: Prepared,
  options: ApplyOptions,
  record: RunRecord,
): Promise<void> {
  const swapped = await record.time("swap", () => swapIn(transaction, written, options));
  record.isSwapped = true;
  linkCredentials(plan, options.root);
  const failure = await record.time("units", () => followUp(swapped, options, record));
  if (failure !== null) throw failure.refusal;
  settle(swapped, options);
}

function declaredChange({ target, change: { change } }: StagedTarget): Change[] {
  return change === null ? [] : [{ ...change, ...declaredAt(target.at) }];
}

function listValidations(staged: readonly StagedTarget[]): Validation[] {
  return staged.flatMap(({ target: { source, path, isSecret, at }, change: { stagedPath } }) => {
    if (source.kind !== "file" || source.step.validate === null || stagedPath === null) return [];
    return [{ argv: source.step.validate, path, stagedPath, holdsSecrets: isSecret, ...declaredAt(at) }];
  });
}

/** @param failure what ended the run; null: it ended well */
function publish(plan: Plan, record: RunRecord, failure: unknown, { root, log, onReport }: ApplyOptions): Report {
  record.storedSecrets = listStoredSecrets(root, plan.secretsFolder);
  const report = record.finish(failure);
  onReport?.(report);
  leaveReport(root, report, log);
  return report;
}

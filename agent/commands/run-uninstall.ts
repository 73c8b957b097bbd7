// `parbake uninstall`: takes back what `install` and the runs since have made, whoever installed it. Config and rendered files stay,
// unless it is told otherwise, and it says what stays. Can be repeated wherever it was cut short.

import { takeLock } from "../apply/state/lock.ts";
import { RUN_FOLDER, STATE_FOLDER } from "../apply/state/own-folders.ts";
import { findObstacle } from "../apply/units/unit-actions.ts";
import type { Command } from "../cli/invocation.ts";
import { formatChanges } from "../cli/print/print-installation.ts";
import { isMadeDropIn } from "../config/share-path.ts";
import type { Ending } from "../ending.ts";
import { runCommand } from "../host/run-command.ts";
import { findUnfinishedRuns } from "../inspect/unfinished-runs.ts";
import { listSecretUnits } from "../install/find-secrets.ts";
import { readMadeFolders } from "../install/install-record.ts";
import { CONFIG_FOLDERS } from "../install/layout.ts";
import { forgetUnits, stopUnits, unmountSecrets } from "../install/live-units.ts";
import { listPackageFiles } from "../install/package-files.ts";
import { isAt } from "../install/places.ts";
import { planUninstall } from "../install/plan-uninstall.ts";
import type { Removal } from "../install/removal.ts";
import { remove, removeEmpty, unitFoldersOf } from "../install/remove.ts";
import { Refusal } from "../refusal.ts";
import { isSandbox } from "../sandbox/drop-in.ts";
import { refuseStop } from "../stop.ts";
import type { Session } from "./session.ts";

type Uninstall = Extract<Command, { kind: "uninstall" }>;

const DID = { file: "removed", link: "disabled", tree: "removed", store: "emptied", mount: "unmounted" } as const;

const CUT_SHORT =
  "an earlier run was cut short: what it had not finished or undone stays as it is, and nothing finishes it later";

export async function runUninstall(command: Uninstall, session: Session): Promise<Ending> {
  const { options, deadline, log, emit, say } = session;
  const { files, doubt } = await listPackageFiles(options.root, runCommand, deadline);
  if (doubt !== null) throw new Refusal("system", doubt);
  const { removals, left } = planUninstall(options.root, command, files);
  const units = listSecretUnits(options.root, removals);
  if (findUnfinishedRuns(options.root).interruptions.length > 0) log("warn", CUT_SHORT);
  if (!command.dryRun) await removeAll(removals, session);
  const changes = removals.map(({ kind, path }) => ({ change: DID[kind], path }));
  if (options.json) emit({ schema: 1, dryRun: command.dryRun, changes, left, hadSecrets: units });
  else say({ changes, left, units }, (done, paint) => formatChanges(done, command.dryRun, paint));
  return "done";
}

async function removeAll(removals: readonly Removal[], session: Session): Promise<void> {
  const {
    options: { root },
    deadline,
  } = session;
  // A run makes that folder first of all: without it there is none, and in an image it would be one more thing to remove.
  const lock = isAt(root, RUN_FOLDER) ? await takeLock(root, 0) : null;
  try {
    if (findObstacle(root) === null) await stopUnits(runCommand, deadline);
    await refuseStop(deadline);
    await removeInOrder(removals, session);
  } finally {
    lock?.release();
  }
}

/** From here on to its end: half of it would be of no use to anybody. */
async function removeInOrder(removals: readonly Removal[], { options: { root }, end, log }: Session): Promise<void> {
  const emptied = listEmptied(root, removals);
  for (const removal of removals) {
    // It has the record of them.
    if (removal.path === STATE_FOLDER) removeEmpty(root, emptied);
    remove(root, removal);
    if (removal.kind === "mount") await unmountSecrets(runCommand, end);
    log("debug", `${DID[removal.kind]} ${removal.path}`);
  }
  removeEmpty(root, emptied);
  if (findObstacle(root) === null) await forgetUnits(runCommand, end);
}

/** Without a record, as of a package or an older version, those that are for parbake's own pieces. */
function listEmptied(root: string, removals: readonly Removal[]): string[] {
  const made = readMadeFolders(root);
  if (made === null) return [...unitFoldersOf(removals), ...CONFIG_FOLDERS];
  return [...made, ...unitFoldersOf(removals.filter(({ path }) => isMadeDropIn(path) || isSandbox(path)))];
}

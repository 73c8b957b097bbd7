// All that an uninstallation takes away, in the order in which it does, and what it leaves. One that is cut short can be done again:
// the state, with the record of the installation, goes last. Changes nothing.

import { findTrials } from "../apply/confirm/find-trials.ts";
import { RUN_FOLDER, STATE_FOLDER } from "../apply/state/own-folders.ts";
import { readRunning } from "../apply/state/running-run.ts";
import { isPending } from "../apply/transaction/journal.ts";
import { refusePending } from "../apply/transaction/recover.ts";
import { BAKE_FOLDER, HEAD_FILE, MANIFEST_FILE, SBOM_FILE } from "../bake/manifest.ts";
import { describeRunning } from "../inspect/unfinished-runs.ts";
import { SCHEMA_FILE } from "../names/own-places.ts";
import { Refusal } from "../refusal.ts";
import { findRendered } from "./find-rendered.ts";
import { findSecrets } from "./find-secrets.ts";
import { findOwn, findUnits } from "./find-units.ts";
import { CATALOG, CONFIG_FOLDER, PRESET, PROGRAM } from "./layout.ts";
import { isAt, listEntries } from "./places.ts";
import { joinFindings, leaving, removing, type Findings } from "./removal.ts";

interface Asked {
  /** The config too. */
  readonly purge: boolean;
  /** The rendered files too. */
  readonly rendered: boolean;
}

/** @throws Refusal with what a person has to settle first, or `locked` while a run goes on, or waits for its confirmation */
export function planUninstall(root: string, asked: Asked, packaged: ReadonlySet<string>): Findings {
  const running = readRunning(root);
  if (running !== null) throw new Refusal("locked", { what: describeRunning(running), fix: "Wait for its end." });
  refuseTrials(root);
  const found = joinFindings([
    findUnits(root, packaged),
    findRendered(root, asked.rendered),
    findSecrets(root),
    findConfig(root, asked.purge),
    findTree(root, RUN_FOLDER),
    findShared(root, packaged),
    findOwn(root, [CATALOG, PRESET, PROGRAM], packaged),
    findTree(root, STATE_FOLDER),
  ]);
  if (found.problems.length > 0) throw new Refusal("config", found.problems);
  return found;
}

/** The timer that takes one back runs what goes here, by a journal that goes, too. */
function refuseTrials(root: string): void {
  const open = findTrials(root, null).find(({ journal }) => isPending(journal));
  if (open !== undefined) throw refusePending(open.trial);
}

function findConfig(root: string, isPurged: boolean): Findings {
  if (isPurged) return findTree(root, CONFIG_FOLDER);
  // The installation's own folders go where they are empty.
  return leaving("the config; --purge removes it", holdsFiles(root, CONFIG_FOLDER) ? [CONFIG_FOLDER] : []);
}

/** What speaks of a parbake that is gone. */
function findShared(root: string, packaged: ReadonlySet<string>): Findings {
  if (!packaged.has(SCHEMA_FILE)) return findTree(root, BAKE_FOLDER);
  return findOwn(root, [MANIFEST_FILE, HEAD_FILE, SBOM_FILE, SCHEMA_FILE], packaged);
}

function findTree(root: string, path: string): Findings {
  return removing("tree", isAt(root, path) ? [path] : []);
}

function holdsFiles(root: string, folder: string): boolean {
  return listEntries(root, folder).some((entry) => !entry.isDirectory() || holdsFiles(root, `${folder}/${entry.name}`));
}

// `parbake install`: parbake, its units and its folders, into this machine or a mounted image, and the drop-ins that hold services
// back until it has made what they need. Idempotent. All problems are told before the first change.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { findObstacle, reloadManager } from "../apply/units/unit-actions.ts";
import type { Command } from "../cli/invocation.ts";
import { formatChanges } from "../cli/print/print-installation.ts";
import { forEachGathering } from "../collect-refusals.ts";
import { readConfig } from "../config/read/read-config.ts";
import type { Ending } from "../ending.ts";
import { Inputs } from "../host/inputs/inputs.ts";
import { runCommand } from "../host/run-command.ts";
import { refusingUntrusted } from "../host/trust.ts";
import { noteMadeFolders } from "../install/install-record.ts";
import { findHollow } from "../install/judge-held.ts";
import { listPackageFiles } from "../install/package-files.ts";
import { listPieces, type Piece } from "../install/pieces.ts";
import { isAt } from "../install/places.ts";
import { findMasked, listNewFolders, planInstall, refusePackaged } from "../install/plan-install.ts";
import { readProgram, refuseForeign } from "../install/program.ts";
import { putPiece } from "../install/put-piece.ts";
import { ENVIRONMENT_FILE } from "../names/own-places.ts";
import { formatProblem, Refusal } from "../refusal.ts";
import { findSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import type { Session } from "./session.ts";

type Install = Extract<Command, { kind: "install" }>;

const DID = { file: "installed", folder: "created", link: "enabled", former: "removed" } as const;

export async function runInstall(command: Install, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const { root } = options;
  const pieces = planPieces(command, session);
  const replaced = pieces.filter(({ kind, path }) => (kind === "file" || kind === "former") && isAt(root, path));
  // Where nobody can tell, what is there is taken for an earlier installation's.
  if (replaced.length > 0) refusePackaged(replaced, (await listPackageFiles(root, runCommand, session.deadline)).files);
  if (!command.dryRun) await putAll(root, pieces, session);
  const changes = pieces.map(({ kind, path }) => ({ change: DID[kind], path }));
  if (options.json) emit({ schema: 1, dryRun: command.dryRun, changes });
  else say({ changes, left: [], units: [] }, (done, paint) => formatChanges(done, command.dryRun, paint));
  return "done";
}

/** What is not in place. @throws Refusal with every problem */
function planPieces({ units, refresh, binary }: Install, session: Session): Piece[] {
  const {
    options: { root },
    log,
  } = session;
  const inputs = new Inputs(root, refusingUntrusted(log));
  const program = readProgram(binary);
  const wanted = listPieces({ program, units, refresh, sandbox: readSandbox(session) });
  const work = [
    () => refuseForeign(root, program),
    () => inputs.telling(() => inputs.judge(join(root, ENVIRONMENT_FILE))),
    () => planInstall(root, wanted, units),
  ];
  for (const problem of [...findMasked(root, wanted), ...findHollow(root, units)]) log("warn", formatProblem(problem));
  return forEachGathering(work, (one) => one()).flatMap((pieces) => pieces ?? []);
}

/** Null: there is no config yet, or none that a run would take. What the units may do stays as it is. */
function readSandbox({ options: { configFile, root }, log }: Session): Sandbox | null {
  if (!existsSync(configFile)) return null;
  try {
    const inputs = new Inputs(root, refusingUntrusted(log));
    return findSandbox(readConfig(configFile, root, inputs).config, root);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const what = "the config is not one that a run would take, so the units are not kept to what it needs";
    log("warn", formatProblem({ what, fix: "See what `parbake check` says, then run parbake install again." }));
    return null;
  }
}

async function putAll(root: string, pieces: readonly Piece[], { end, log }: Session): Promise<void> {
  if (pieces.length > 0) noteMadeFolders(root, listNewFolders(root, pieces));
  for (const piece of pieces) {
    putPiece(root, piece);
    log("debug", `put ${piece.path} in place`);
  }
  if (findObstacle(root) !== null) return;
  const problem = await reloadManager({ deadline: end, run: runCommand, noBlock: false });
  if (problem !== null) throw new Refusal("system", problem);
}

// A cell: where an image's own programs see new files in place and can change nothing. What they write is gone with them, and
// neither a mount nor a process stays.

import { accessSync, constants, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Deadline } from "../../deadline.ts";
import { Refusal } from "../../refusal.ts";
import { errnoOf } from "../file-error.ts";
import { isRoot } from "../own-ids.ts";
import { resolveInRoot } from "../resolve-in-root.ts";
import { describeCommandFailure, firstLines, type CommandResult, type RunCommand } from "../run-command.ts";
import { writeLayers, type CellFile } from "./cell-layers.ts";
import { cellCommand, NO_CELL } from "./cell-script.ts";
import { findImageMounts } from "./image-mounts.ts";

type OpenedCell<T> =
  | { readonly kind: "used"; readonly result: T }
  /** There can be none here, and why, as a part of a sentence. */
  | { readonly kind: "none"; readonly reason: string };

interface CellContext {
  readonly root: string;
  readonly deadline: Deadline;
  /** On this machine, outside of any cell. */
  readonly run: RunCommand;
}

/** @param work gets what runs a program of the image, named as the image names it; every run has a fresh cell */
export async function inCell<T>(
  files: readonly CellFile[],
  context: CellContext,
  work: (run: RunCommand) => Promise<T>,
): Promise<OpenedCell<T>> {
  if (!isRoot()) return { kind: "none", reason: "only root can run a program in an image" };
  const root = realpathSync(context.root);
  const mounts = findImageMounts(root);
  const layers = mkdtempSync(join(memoryFolder(), "parbake-cell-"));
  const remove = () => rmSync(layers, { recursive: true, force: true });
  // A command that is stopped does not come back here.
  process.once("exit", remove);
  try {
    writeLayers(layers, root, mounts, files);
    const enter = (argv: readonly string[]) => cellCommand({ root, layers, mounts }, argv);
    const reason = await findObstacle(enter([]), context);
    if (reason !== null) return { kind: "none", reason };
    const runThere: RunCommand = (argv, ...limits) =>
      findFlaw(root, argv[0] ?? "") ?? runIn(enter(argv), context, ...limits);
    return { kind: "used", result: await work(runThere) };
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** Nothing of it comes to a disk where there is memory for it. */
function memoryFolder(): string {
  return statSync("/dev/shm", { throwIfNoEntry: false })?.isDirectory() ? "/dev/shm" : tmpdir();
}

const TRIAL_MS = 10_000;

async function findObstacle(trial: readonly string[], { deadline, run }: CellContext): Promise<string | null> {
  const timeoutMs = Math.min(TRIAL_MS, deadline.remainingMs());
  const result = await run(trial, timeoutMs, deadline.signal);
  if (result.kind === "exited" && result.status === 0) return null;
  if (result.kind === "absent") return "it takes setpriv and unshare, of util-linux, to run a program in an image";
  const said = "output" in result ? firstLines(withoutMark(result.output), 1) : "";
  return `no program can be run in an image here: ${said === "" ? describeCommandFailure(result, timeoutMs) : said}`;
}

async function runIn(
  argv: readonly string[],
  { run }: CellContext,
  ...limits: [timeoutMs: number, signal?: AbortSignal]
): Promise<CommandResult> {
  const result = await run(argv, ...limits);
  if (!("output" in result) || !result.output.includes(NO_CELL)) return result;
  const what = `no program can be run in the image now: ${firstLines(withoutMark(result.output), 1)}`;
  throw new Refusal("system", { what, fix: "Free memory or processes, and try again; nothing was changed." });
}

function withoutMark(output: string): string {
  return output.replaceAll(NO_CELL, "");
}

/** What spawn(2) would find, were the image the root. Null: nothing. */
function findFlaw(root: string, program: string): Promise<CommandResult> | null {
  try {
    accessSync(resolveInRoot(root, program), constants.X_OK);
    return null;
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === null) throw error;
    return Promise.resolve({ kind: errno === "EACCES" ? "forbidden" : "absent" });
  }
}

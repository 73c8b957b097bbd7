// `parbake seal`: the last provisioner of a bake. Its stages, one after another; what they found; and 65 if any of it fails.

import { randomBytes } from "node:crypto";
import { sarifDocument } from "../cli/print/print-sarif.ts";
import { formatSeal, sealDocument } from "../cli/print/print-seal.ts";
import { showing } from "../cli/progress.ts";
import { readSealConfig } from "../config/read/read-seal-config.ts";
import type { SealConfig } from "../config/seal-config.ts";
import type { Ending } from "../ending.ts";
import { requireRoot } from "../host/folder.ts";
import { compileBy } from "../process/v8-flags.ts";
import { VERSION } from "../process/version.ts";
import { Refusal } from "../refusal.ts";
import { applyAllowances, type Allowed } from "../seal/allow.ts";
import { cleanImage } from "../seal/clean/clean-image.ts";
import type { Finding, StageResult } from "../seal/finding.ts";
import { loadGlobs, type CompileGlob } from "../seal/path-globs.ts";
import { readRuleSet } from "../seal/rules/rule-set.ts";
import { openBreath } from "../seal/search/breathe.ts";
import { saltedDigest } from "../seal/search/found.ts";
import { MOST_UNPACKED_BYTES } from "../seal/search/search-file.ts";
import { searchImage } from "../seal/search/search-image.ts";
import { openShipped } from "../seal/search/shipped.ts";
import { shownJson } from "../shown.ts";
import { checkEnabled, checkIdentity, checkLatest, describeImage, forgetMachine, readIfThere } from "./seal-image.ts";
import type { SealCommand, SealRun } from "./seal-run.ts";
import type { Session } from "./session.ts";
import { writeOutput } from "./write-output.ts";

/** @returns what it found and what it changed; throws only where it cannot go on at all */
type Stage = (run: SealRun) => Promise<StageResult> | StageResult;

/** In this order: what is cleaned is not searched. */
const CHECKS: readonly Stage[] = [clean, search, checkLatest, checkEnabled, checkIdentity];

/** Only of an image that passes: what describes it, and last of all what a running machine may write again. */
const FINISH: readonly Stage[] = [describeImage, forgetMachine];

export async function runSeal(command: SealCommand, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  requireRoot(options.root);
  const config = readSealConfig(options.configFile, options.root, session.inputs);
  // A mistake in it is told before anything is cleaned or searched.
  const run = { command, config, imageConfig: readIfThere(session), session };
  const globs = await loadGlobs();
  const checked = await runStages(CHECKS, run);
  const finished = isFailed(judge(checked, config, globs).findings) ? [] : await runStages(FINISH, run, checked);
  const results = [...checked, ...finished];
  const { findings, allowed } = judge(results, config, globs);
  const sealed = { root: options.root, findings, allowed, actions: results.flatMap(({ actions }) => actions) };
  if (command.sarifFile !== null) writeSarif(command.sarifFile, sarifDocument(sealed, VERSION));
  if (options.json) emit(sealDocument(sealed));
  else say(sealed, formatSeal);
  return isFailed(findings) ? "data" : "done";
}

async function runStages(
  stages: readonly Stage[],
  run: SealRun,
  earlier: readonly StageResult[] = [],
): Promise<StageResult[]> {
  const results: StageResult[] = [];
  try {
    for (const stage of stages) results.push(await stage(run));
  } catch (error) {
    tellDone([...earlier, ...results], run.session);
    throw error;
  }
  return results;
}

/** A seal that can't go on prints no table: what it has changed by then is told all the same. */
function tellDone(results: readonly StageResult[], { log }: Session): void {
  for (const { did, path, why } of results.flatMap(({ actions }) => actions))
    log("warn", `seal ${did} ${path}: ${why}`);
}

function judge(results: readonly StageResult[], config: SealConfig, globs: CompileGlob): Allowed {
  const found = results.flatMap(({ findings }) => findings);
  return applyAllowances(found, config, new Date().toISOString().slice(0, 10), globs);
}

function isFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === "fail");
}

function clean({ command, session }: SealRun): StageResult {
  return { findings: [], actions: command.clean ? cleanImage(session.options.root) : [] };
}

async function search({ command, config, session }: SealRun): Promise<StageResult> {
  const { options, deadline, progress, log } = session;
  // Two billion bytes go through the same few loops.
  compileBy("all");
  const tools = {
    set: readRuleSet(),
    shipped: openShipped(options.root),
    mostUnpackedBytes: MOST_UNPACKED_BYTES,
    digestOf: saltedDigest(config.salt ?? randomBytes(32)),
    breathe: openBreath(deadline, command.clean ? "what --clean removed is gone" : "nothing was changed"),
  };
  const searched = await showing(progress, "searching the image", () => searchImage(options.root, tools));
  log("info", "searched the image", { files: searched.files, bytes: searched.bytes });
  return { findings: searched.findings, actions: [] };
}

function writeSarif(file: string, document: unknown): void {
  const problem = writeOutput("--sarif", file, `${shownJson(document, 2)}\n`);
  if (problem !== null) throw new Refusal("cannot-write", problem);
}

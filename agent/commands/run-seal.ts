// `parbake seal`: the last provisioner of a bake. Its stages, one after another; what they found; and 65 if any of it fails.

import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { Command } from "../cli/invocation.ts";
import { sarifDocument } from "../cli/print/print-sarif.ts";
import { formatSeal, sealDocument } from "../cli/print/print-seal.ts";
import { showing } from "../cli/progress.ts";
import { readSealConfig } from "../config/read/read-seal-config.ts";
import type { SealConfig } from "../config/seal-config.ts";
import type { Ending } from "../ending.ts";
import { explainingErrors } from "../host/file-error.ts";
import { compileBy } from "../process/v8-flags.ts";
import { VERSION } from "../process/version.ts";
import { applyAllowances } from "../seal/allow.ts";
import { cleanImage } from "../seal/clean/clean-image.ts";
import type { StageResult } from "../seal/finding.ts";
import { readRuleSet } from "../seal/rules/rule-set.ts";
import { openBreath } from "../seal/search/breathe.ts";
import { saltedDigest } from "../seal/search/found.ts";
import { MOST_UNPACKED_BYTES } from "../seal/search/search-file.ts";
import { searchImage } from "../seal/search/search-image.ts";
import { openShipped } from "../seal/search/shipped.ts";
import { shownJson } from "../shown.ts";
import type { Session } from "./session.ts";

export type SealCommand = Extract<Command, { kind: "seal" }>;

/** What a stage works with. */
export interface SealRun {
  readonly command: SealCommand;
  readonly config: SealConfig;
  readonly session: Session;
}

/** @returns what it found and what it changed; throws only where it cannot go on at all */
type Stage = (run: SealRun) => Promise<StageResult> | StageResult;

/** In this order: what is cleaned is not searched, and what describes the image comes last. */
const STAGES: readonly Stage[] = [clean, search];

export async function runSeal(command: SealCommand, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const config = readSealConfig(options.configFile, options.root, session.inputs);
  const results: StageResult[] = [];
  for (const stage of STAGES) results.push(await stage({ command, config, session }));
  const found = results.flatMap((result) => result.findings);
  const { findings, allowed } = applyAllowances(found, config, new Date().toISOString().slice(0, 10));
  const sealed = { root: options.root, findings, allowed, actions: results.flatMap(({ actions }) => actions) };
  if (command.sarifFile !== null) writeSarif(command.sarifFile, sarifDocument(sealed, VERSION));
  if (options.json) emit(sealDocument(sealed));
  else say(sealed, formatSeal);
  return findings.some(({ severity }) => severity === "fail") ? "data" : "done";
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
  explainingErrors(file, () => writeFileSync(file, `${shownJson(document, 2)}\n`));
}

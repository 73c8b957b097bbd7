// The stages of a seal that prove an image to be the latest, describe it, and take away what makes it one certain machine.

import { existsSync } from "node:fs";
import { checkUpdates } from "../bake/check-updates.ts";
import { resetIdentity, tellIdentity } from "../bake/reset-identity.ts";
import { writeDropIns } from "../bake/write-drop-ins.ts";
import { writeManifest } from "../bake/write-manifest.ts";
import { showing } from "../cli/progress.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read/read-config.ts";
import { runCommand } from "../host/run-command.ts";
import { isUnitEnabled } from "../image/units.ts";
import type { Environment } from "../process/environment.ts";
import { COMMIT, VERSION } from "../process/version.ts";
import { Refusal } from "../refusal.ts";
import { writeSandboxes } from "../sandbox/write-sandbox.ts";
import type { StageResult } from "../seal/finding.ts";
import { askImds } from "./ask-imds.ts";
import { gatherHere } from "./machine.ts";
import type { SealRun } from "./seal-run.ts";
import type { Session } from "./session.ts";

export async function checkLatest({ config, session }: SealRun): Promise<StageResult> {
  const { options, deadline, progress } = session;
  const asking = { root: options.root, deadline, run: runCommand };
  const findings = await showing(progress, "asking for security updates", () => checkUpdates(config, asking));
  return { findings, actions: [] };
}

/** An image with a config for its boots is to run it. */
export function checkEnabled({ imageConfig, session }: SealRun): StageResult {
  const isForBoots =
    imageConfig !== null && [imageConfig.apps, imageConfig.secrets, imageConfig.files].flat().length > 0;
  if (!isForBoots || isUnitEnabled("parbake.service", session.options.root)) return NOTHING;
  const what = "parbake.service is not enabled: no boot would run parbake, though the image has a config";
  const fix = "Run `parbake install`, with --unit for each service that waits for it.";
  return { findings: [{ kind: "not-enabled", severity: "warn", what, fix }], actions: [] };
}

const NOTHING: StageResult = { findings: [], actions: [] };

/** With --clean it is taken away instead, last of all. */
export function checkIdentity({ command, session }: SealRun): StageResult {
  return { findings: command.clean ? [] : tellIdentity(session.options.root), actions: [] };
}

/** The drop-ins first: they are among the units that the manifest describes. */
export async function describeImage({ command, imageConfig, session }: SealRun): Promise<StageResult> {
  const { options, environment } = session;
  const makers = [writeDropIns, writeSandboxes];
  const written = imageConfig === null ? [] : makers.flatMap((write) => write(imageConfig, options.root));
  const { baseImage, family, sourceCommit } = command;
  const baked = {
    bakedAt: chooseTime(environment),
    baseImage: baseImage ?? (await askBaseImage(session)),
    family,
    sourceCommit,
    parbake: { version: VERSION, commit: COMMIT },
  };
  const { findings, actions } = writeManifest(baked, imageConfig, options.root);
  return { findings, actions: [...written, ...actions] };
}

export async function forgetMachine({ command, session }: SealRun): Promise<StageResult> {
  const actions = command.clean ? await resetIdentity(session.options.root, runCommand) : [];
  return { findings: [], actions };
}

/** An image can be sealed before it has a config. */
export function readIfThere({ options: { configFile, root }, inputs }: Session): Config | null {
  return existsSync(configFile) ? readConfig(configFile, root, inputs).config : null;
}

/** reproducible-builds.org/specs/source-date-epoch: whole seconds. */
function chooseTime(environment: Environment): string {
  const epoch = environment["SOURCE_DATE_EPOCH"];
  if (epoch === undefined || epoch === "") return `${new Date().toISOString().slice(0, 19)}Z`;
  const date = new Date(/^\d{1,11}$/.test(epoch) ? Number(epoch) * 1000 : NaN);
  if (!Number.isNaN(date.getTime())) return date.toISOString().replace(".000Z", "Z");
  const what = `SOURCE_DATE_EPOCH is '${epoch.slice(0, 40)}', and whole seconds since 1970 were expected`;
  throw new Refusal("usage", { what, fix: "Set it to what `date +%s` prints, or unset it." });
}

/** The machine of the bake was launched from it. Null, without a word: this is no such machine. */
async function askBaseImage(session: Session): Promise<string | null> {
  if (session.options.root !== "/") return null;
  return askImds(session, async (imds, brief) =>
    imds === null ? null : (await gatherHere(brief, imds, "optional", ["amiId"])).amiId,
  );
}

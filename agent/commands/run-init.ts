// `parbake init`: looks at what the image has and writes a starting config for it, with the templates that it needs.

import { join } from "node:path";
import type { Command } from "../cli/invocation.ts";
import { formatInit } from "../cli/print/print-init.ts";
import type { Ending } from "../ending.ts";
import { pathInRoot } from "../host/resolve-in-root.ts";
import { isEntryInImage } from "../image/read-image-text.ts";
import { isActive, type Proposal } from "../init/proposal.ts";
import { makeStartingConfig, type StartingConfig } from "../init/starting-config.ts";
import { alreadyThere, writeNewFiles } from "../init/write-new-files.ts";
import { formatProblem, Refusal } from "../refusal.ts";
import type { Session } from "./session.ts";

/** @throws Refusal `cannot-write` where there is a config already */
export async function runInit({ dryRun }: Extract<Command, { kind: "init" }>, session: Session): Promise<Ending> {
  const { options, emit, say } = session;
  const { root, configFile } = options;
  const path = pathInRoot(root, configFile);
  if (path === null) throw outsideOfRoot(configFile, root);
  if (!dryRun && isEntryInImage(root, path)) throw alreadyThere(join(root, path));
  const start = await makeStartingConfig(root, path);
  if (!dryRun) writeNewFiles(root, [...start.templates, start.config]);
  if (options.json) emit(describe(start, dryRun));
  else if (dryRun) tellDry(start, session);
  else say({ ...start, options }, formatInit);
  return "done";
}

/** The config alone on stdout, so that it can go into a file. */
function tellDry({ config, templates, warnings }: StartingConfig, { say, log }: Session): void {
  say(config.text.split("\n"), (lines) => lines.join("\n"));
  for (const { path } of templates) log("info", `init would write ${path}`);
  for (const warning of warnings) log("warn", formatProblem(warning));
}

function outsideOfRoot(configFile: string, root: string): Refusal {
  const fix = "Name a file below it, or leave --config out.";
  return new Refusal("usage", { what: `--config ${configFile} is not below --root ${root}`, fix });
}

function describe({ system, apps, templates, kept, config, units, warnings }: StartingConfig, dryRun: boolean): object {
  return {
    schema: 1,
    dryRun,
    system: { id: system.id, version: system.version, name: system.name },
    apps: apps.map(describeApp),
    config: { path: config.path, content: config.text },
    files: [...templates.map(({ path }) => path), config.path],
    kept,
    units,
    warnings,
  };
}

function describeApp(proposal: Proposal): object {
  const { name, profile, unit, evidence, problems } = proposal;
  return { name, profile, unit, evidence, active: isActive(proposal), problems };
}

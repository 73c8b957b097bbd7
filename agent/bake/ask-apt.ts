// Asks apt which updates an image lacks, by lists that it fetches into a folder of its own: those of the image may be old, or removed
// as a bake does it. Changes nothing in the image: apt's hooks are off, and its caches and lists lie elsewhere.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Deadline } from "../deadline.ts";
import type { CommandResult, RunCommand } from "../host/run-command.ts";
import type { Package } from "../image/package.ts";
import { readImageText } from "../image/read-image-text.ts";
import { copyAptSources } from "./copy-apt-sources.ts";
import { explainFailure } from "./explain-failure.ts";
import { parseApt } from "./parse-apt.ts";
import type { PendingUpdates } from "./updates.ts";

export interface Asking {
  readonly root: string;
  readonly deadline: Deadline;
  readonly run: RunCommand;
  /** Empty, and removed by whoever asks. */
  readonly scratch: string;
}

const UPGRADE = "apt-get update && apt-get dist-upgrade";

/** Half of what is left, so that the seal itself ends in time. Repositories that need longer are down. */
export function patienceMs(deadline: Deadline): number {
  return Math.min(deadline.remainingMs() / 2, 300_000);
}

export async function askApt(packages: readonly Package[], asking: Asking): Promise<PendingUpdates> {
  const { scratch, root } = asking;
  for (const folder of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(scratch, folder), { recursive: true });
  writeFileSync(join(scratch, "apt.conf"), writeConfig(packages, root, scratch));
  const fetched = await runApt(["update", "--error-on=any"], asking);
  if (fetched !== null) return { kind: "unknown", why: fetched };
  if (!hasSecurity(join(scratch, "lists")))
    return { kind: "unknown", why: "its apt sources name no repository of security updates" };
  const failed = await runApt(["--simulate", "dist-upgrade"], asking);
  if (failed !== null) return { kind: "unknown", why: failed };
  return { kind: "known", updates: parseApt(readFileSync(join(scratch, "said"), "utf8")), upgrade: UPGRADE };
}

/** Debian, Ubuntu and their mirrors have it in the suite's name or the repository's. */
function hasSecurity(lists: string): boolean {
  return readdirSync(lists).some((name) => /security.*_Packages/i.test(name));
}

/** apt.conf(5). `#clear` takes the hooks away that the machine's own configuration has; the image's is not read with --root. */
function writeConfig(packages: readonly Package[], root: string, scratch: string): string {
  const native = packages.find(({ name }) => name === "dpkg")?.arch ?? "";
  const foreign = (readImageText(root, "/var/lib/dpkg/arch") ?? "").split("\n").filter((arch) => arch !== "");
  const settings = {
    Dir: resolve(root),
    "Dir::State::status": join(resolve(root), "var/lib/dpkg/status"),
    "Dir::State::lists": join(scratch, "lists"),
    "Dir::Cache": join(scratch, "cache"),
    "Dir::Log": join(scratch, "log"),
    ...(root === "/" ? {} : copyAptSources(root, scratch)),
    // The folder is root's own.
    "APT::Sandbox::User": "",
    ...(native === ""
      ? {}
      : { "APT::Architecture": native, "APT::Architectures": [...new Set([native, ...foreign])].join(",") }),
    "Acquire::Languages": "none",
    "Acquire::Retries": "1",
    "Acquire::http::Timeout": "15",
    "Acquire::https::Timeout": "15",
    "Debug::NoLocking": "1",
  };
  const hooks = ["Pre-Invoke", "Post-Invoke", "Post-Invoke-Success"].map((hook) => `#clear APT::Update::${hook};\n`);
  return [...hooks, ...Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`)].join("");
}

/** Why it failed; null: it did not. What it printed is in the file `said`: a simulation prints more than a pipe is read for. */
async function runApt(words: readonly string[], { scratch, deadline, run }: Asking): Promise<string | null> {
  const program = ["apt-get", "-c", join(scratch, "apt.conf"), ...words];
  const timeoutMs = patienceMs(deadline);
  const argv = ["/bin/sh", "-c", 'exec "$@" >"$0"', join(scratch, "said"), ...program];
  return explain(await run(argv, timeoutMs, deadline.signal), words[0] ?? "", timeoutMs);
}

function explain(result: CommandResult, word: string, timeoutMs: number): string | null {
  if (result.kind === "exited" && result.status === 0) return null;
  // As a shell says that there is no such program.
  if (result.kind === "exited" && result.status === 127) return "this machine has no apt-get to ask";
  return explainFailure(`apt-get ${word}`, result, timeoutMs);
}

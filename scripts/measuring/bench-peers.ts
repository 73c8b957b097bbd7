// The programs that parbake is measured against, ready to run; or why this machine has none.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { TOP } from "../building/build-pinned-node.ts";
import { bakePeerImage, type Job, secretId } from "./bench-jobs.ts";
import type { Program } from "./bench-measure.ts";

const PEERS = join(TOP, "scripts/bench-peers");

/** A reason, as the installer says it. */
export type Peer = ((job: Job, environment: NodeJS.ProcessEnv) => Program) | string;

export function installGo(): Peer {
  const installed = install("go");
  if (installed.path === null) return installed.reason;
  const { path } = installed;
  return (job, environment) => ({
    argv: [path],
    environment,
    bakeImage: () => bakePeerImage(job, "go"),
    parameters: (root) => [
      `-templates=${root}/templates`,
      `-files=${root}/etc/web`,
      `-secrets-folder=${root}/run/secrets`,
      ...idsOf(job),
    ],
  });
}

export function installCurl(): Peer {
  const installed = install("aws");
  if (installed.path === null) return installed.reason;
  const { path } = installed;
  return (job, environment) => ({
    argv: [join(PEERS, "curl-and-aws")],
    environment: { ...environment, PATH: process.env["PATH"], AWS_CLI: path },
    bakeImage: () => bakePeerImage(job, "curl"),
    parameters: (root) => [`${root}/templates`, `${root}/etc/web`, `${root}/run/secrets`, ...idsOf(job)],
  });
}

function idsOf({ secrets }: Job): string[] {
  return Array.from({ length: secrets }, (_, index) => secretId(index));
}

function install(name: string): { readonly path: string } | { readonly path: null; readonly reason: string } {
  const { status, stdout, stderr } = spawnSync(join(PEERS, "install"), [name], { encoding: "utf8" });
  if (status === 0) return { path: stdout.trim() };
  return { path: null, reason: stderr.trim().split("\n").at(-1) ?? `ended with ${status}` };
}

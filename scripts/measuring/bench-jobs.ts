// The jobs that are measured, as plain data: a fresh machine with so many files and secrets, for parbake and for its peers, and
// the world that answers them.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeScratchImage, type ScratchImage } from "../../test/binary/support/scratch-image.ts";
import type { Fault } from "../emulator/faults.ts";
import type { WorldInput } from "../emulator/world.ts";

export interface Job {
  readonly files: number;
  readonly secrets: number;
  /** Of each file. */
  readonly lines: number;
}

/** One secret, and two files that see tuning, facts and the secret's path: what the project promises a ratio for. */
export const SMALL: Job = { files: 2, secrets: 1, lines: 4 };
export const BIG: Job = { files: 12, secrets: 10, lines: 20 };

/** As seen from an instance: IMDS is on the same host, Secrets Manager in the same region. */
export const LATENCIES_MS = { imds: 1, aws: 15 };

export function secretId(index: number): string {
  return `prod/db-${index}`;
}

export function describeWorld(secrets: number, { imds, aws } = { imds: 0, aws: 0 }): WorldInput {
  const faults: Fault[] = [];
  if (imds > 0) faults.push({ match: { service: "imds" }, do: { kind: "delay", ms: imds } });
  if (aws > 0) faults.push({ match: { service: "secretsmanager" }, do: { kind: "delay", ms: aws } });
  return {
    faults,
    secrets: count(secrets).map((index) => ({ name: secretId(index), versions: [{ string: '{"password":"bench"}' }] })),
  };
}

/** As it is before a first boot. */
export function bakeImage(job: Job): ScratchImage {
  const image = makeScratchImage(writeConfig(job));
  for (const index of count(job.files))
    image.write(`etc/parbake/templates/${index}.env.hbs`, writeTemplate(index, job));
  return image;
}

function writeConfig({ files, secrets }: Job): string {
  return [
    "apps: { web: { profile: nginx, memory: { weight: 1 } }, api: { profile: jvm, memory: { weight: 1 } } }",
    "secretsGuarantee: swappable",
    ...(secrets > 0 ? ["secrets:"] : []),
    ...count(secrets).map(
      (index) => `  db${index}: { id: ${secretId(index)}, keys: { password: { file: db${index}/password } } }`,
    ),
    ...(files > 0 ? ["files:"] : []),
    ...count(files).map((index) => `  - { template: ${index}.env.hbs, path: /etc/web/${index}.env, mode: "0600" }`),
    "",
  ].join("\n");
}

function writeTemplate(index: number, { secrets, lines: length }: Job): string {
  const kinds = [
    (line: number) => `HEAP_${line}="{{apps.api.heap}} in {{facts.region}}"`,
    (line: number) =>
      `{{#if apps.api.threads}}THREADS_${line}={{apps.api.threads}}{{else}}THREADS_${line}={{facts.vcpus}}{{/if}}`,
    (line: number) => `WORKERS_${line}={{apps.web.worker_processes}}`,
    (line: number) => `PLAIN_${line}="as it was baked, file ${index}"`,
    (line: number) => `# line ${line} says what the next is for`,
    (line: number) => `FIXED_${line}=${line}`,
  ];
  const lines = count(length - 1).map((line) => kinds[line % kinds.length]?.(line) ?? "");
  return [...lines, secrets > 0 ? `PASSWORD_FILE={{secrets.db${index % secrets}.password.path}}` : "LAST=1", ""].join(
    "\n",
  );
}

/** The same for a peer, in its own template language. */
export function bakePeerImage(job: Job, peer: "go" | "curl"): ScratchImage {
  const image = makeScratchImage("");
  for (const folder of ["etc/web", "run/secrets"]) mkdirSync(join(image.root, folder), { recursive: true });
  for (const index of count(job.files)) {
    const ending = peer === "go" ? "tmpl" : "envsubst";
    image.write(`templates/${index}.env.${ending}`, writePeerTemplate(index, job, peer));
  }
  return image;
}

function writePeerTemplate(index: number, { lines: length }: Job, peer: "go" | "curl"): string {
  const value = (go: string, shell: string): string => (peer === "go" ? `{{.${go}}}` : `\${${shell}}`);
  const kinds = [
    (line: number) => `HEAP_${line}="${value("HeapMiB", "HEAP_MIB")}m in ${value("Region", "AWS_DEFAULT_REGION")}"`,
    // envsubst knows no if.
    (line: number) =>
      peer === "go"
        ? `{{if gt .VCPUs 64}}THREADS_${line}=64{{else}}THREADS_${line}={{.VCPUs}}{{end}}`
        : `THREADS_${line}=\${VCPUS}`,
    (line: number) => `WORKERS_${line}=${value("VCPUs", "VCPUS")}`,
    (line: number) => `PLAIN_${line}="as it was baked, file ${index}"`,
    (line: number) => `# line ${line} says what the next is for`,
    (line: number) => `FIXED_${line}=${line}`,
  ];
  const lines = count(length - 1).map((line) => kinds[line % kinds.length]?.(line) ?? "");
  return [...lines, "PASSWORD_FILE=/run/secrets/current/prod", ""].join("\n");
}

function count(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

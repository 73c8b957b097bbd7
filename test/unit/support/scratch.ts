// A scratch root that a test owns, and plans that land in it. Never outside of a temporary folder of the test's own, which is
// removed after it.

import { mkdirSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ApplyOptions } from "../../../agent/apply/apply-options.ts";
import type { FetchedSecret } from "../../../agent/aws/fetched-secret.ts";
import { SecretValue } from "../../../agent/aws/secret-value.ts";
import { startDeadline } from "../../../agent/deadline.ts";
import { runCommand } from "../../../agent/host/run-command.ts";
import type { FileStep, Plan, SecretStep, Step } from "../../../agent/plan/plan.ts";
import { makeFolder } from "../../support/folders.ts";

export const IS_ROOT = process.geteuid!() === 0;
export const OWN_UID = process.geteuid!();
export const OWN_GID = process.getegid!();
export const SECRETS_FOLDER = "/run/parbake/secrets";

/** What must never be seen anywhere but in the secrets folder. */
export const CANARY = "c4n4ry-hunter2-õß";

export interface Scratch {
  readonly root: string;
  readonly path: (inRoot: string) => string;
  readonly write: (inRoot: string, text: string, mode?: number) => void;
}

/** `memory` puts the root on /dev/shm, which every Linux user may write to. */
export function makeScratch(where: "disk" | "memory" = "memory"): Scratch {
  const root = makeFolder(where === "memory" ? "/dev/shm" : tmpdir(), "test", "test");
  const path = (inRoot: string) => join(root, inRoot);
  return {
    root,
    path,
    write(inRoot, text, mode = 0o644) {
      mkdirSync(dirname(path(inRoot)), { recursive: true, mode: 0o755 });
      writeFileSync(path(inRoot), text, { mode });
    },
  };
}

export function makeRunnable(): Scratch {
  const scratch = makeScratch();
  for (const folder of ["etc", "run/parbake/secrets"])
    mkdirSync(scratch.path(folder), { recursive: true, mode: 0o755 });
  return scratch;
}

export function isMemory(folder: string): boolean {
  return statfsSync(folder).type === 0x01021994;
}

export function fileStep(path: string, content: string | FileStep["content"], more: Partial<FileStep> = {}): FileStep {
  return {
    kind: "file",
    template: "x.hbs",
    path,
    format: "text",
    formatReason: "no name tells another",
    isTuned: false,
    content: typeof content === "string" ? [content] : content,
    owner: String(OWN_UID),
    group: String(OWN_GID),
    mode: 0o644,
    validate: null,
    onChange: [],
    healthCheck: null,
    onDrift: "overwrite",
    ...more,
  };
}

export function secretStep(name: string, paths: Readonly<Record<string, string | null>>, mode = 0o400): SecretStep {
  const owner = { owner: String(OWN_UID), group: String(OWN_GID), mode };
  const keys = Object.entries(paths).map(([key, path]) => ({ key, path, ...owner }));
  return { kind: "secret", name, id: `prod/${name}`, region: null, keys };
}

/** Facts, budget and apps are no concern of apply. */
export function planOf(...steps: Step[]): Plan {
  const empty = { schema: 1, facts: {}, budget: {}, apps: [] } as unknown as Plan;
  const store = {
    secretsFolder: SECRETS_FOLDER,
    secretsSizeBytes: 1024 * 1024,
    secretsGuarantee: "swappable",
  } as const;
  return { ...empty, part: null, steps, ...store, warnings: [] };
}

export function fetched(values: Readonly<Record<string, string | Buffer>>, label = "prod/db"): FetchedSecret {
  const entries = Object.entries(values).map(
    ([key, value]) => [key, new SecretValue(`${label}#${key}`, Buffer.from(value))] as const,
  );
  return { versionId: "version-1", values: new Map(entries) };
}

export function optionsFor(root: string, more: Partial<ApplyOptions> = {}): ApplyOptions {
  return {
    root,
    deadline: startDeadline(20_000),
    wayBack: startDeadline(20_000),
    log() {},
    joiningMs: 50,
    lockWaitMs: 0,
    fetchSecret: async ({ name }) => Promise.reject(new Error(`unplanned secret ${name}`)),
    run: runCommand,
    noBlock: false,
    versions: { parbake: "0.0.0-test", commit: "source", node: "v0.0.0", catalogue: "2026-01-02" },
    ...more,
  };
}

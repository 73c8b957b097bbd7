// Ensures that the secrets folder is memory of the kind that the config asks for, before the first byte of a secret is
// fetched. Mounts it where it is not there and parbake may: never something weaker in silence, and never over files.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Deadline } from "../../deadline.ts";
import { entryOf, inFolder, TRUST_NOBODY_ELSE } from "../../host/folder.ts";
import { makeFolders } from "../../host/make-folders.ts";
import { isRoot } from "../../host/own-ids.ts";
import { describeCommandFailure, firstLines, type RunCommand } from "../../host/run-command.ts";
import type { Log } from "../../log.ts";
import type { Plan } from "../../plan/plan.ts";
import { Refusal } from "../../refusal.ts";
import { refuseStop } from "../../stop.ts";
import {
  acceptStorage,
  checkSecretsFolder,
  inspectSecretsFolder,
  type FoundStorage,
  type StoreState,
} from "./memory-guarantee.ts";

export interface StorageContext {
  readonly root: string;
  readonly deadline: Deadline;
  readonly log: Log;
  readonly run: RunCommand;
}

type StoragePlan = Pick<Plan, "secretsFolder" | "secretsGuarantee" | "secretsSizeBytes">;

/** @throws Refusal where it is not, and cannot be made so */
export async function mountSecrets(plan: StoragePlan, context: StorageContext): Promise<FoundStorage> {
  const { root } = context;
  const { secretsFolder, secretsGuarantee } = plan;
  const found = inspectSecretsFolder(root, secretsFolder);
  try {
    return acceptStorage(root, secretsFolder, found, secretsGuarantee);
  } catch (error) {
    if (!(error instanceof Refusal) || root !== "/" || !mayMount()) throw error;
    refuseFiles(root, secretsFolder, found, error);
    await mountMemory(plan, context);
    return checkSecretsFolder(root, secretsFolder, secretsGuarantee);
  }
}

const CAP_SYS_ADMIN = 21n;

/** Within parbake.service it may not, and the mount unit has done it already. */
function mayMount(): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return isRoot() && ((BigInt(`0x${capabilities}`) >> CAP_SYS_ADMIN) & 1n) === 1n;
}

// They would be out of sight, and in weaker memory than promised, for as long as the machine is up.
function refuseFiles(root: string, path: string, found: StoreState, refusal: Refusal): void {
  if (found.kind === "absent") return;
  const names = inFolder(root, path, TRUST_NOBODY_ELSE, (folder) => readdirSync(entryOf(folder, ".")));
  if (names.length === 0) return;
  const what = `${join(root, path)} is not empty, so nothing can be mounted over it`;
  throw new Refusal(refusal.code, [...refusal.problems, { what, fix: "Remove what is in it, and run parbake again." }]);
}

const MODE_AND_MORE = "mode=0711,nosuid,nodev,noexec";

async function mountMemory(plan: StoragePlan, { root, deadline, log, run }: StorageContext): Promise<void> {
  const { secretsFolder: path, secretsSizeBytes } = plan;
  makeFolders(root, "/", dirname(path), 0o755);
  makeFolders(root, dirname(path), path, 0o711);
  // `size=0` would be no limit at all.
  const size = `size=${Math.max(secretsSizeBytes, 64 * 1024)}`;
  // Kernels before 6.4 refuse `noswap` together with the whole mount; ramfs never swaps, and has no limit.
  const attempts = [
    ["mount", "-t", "tmpfs", "-o", `noswap,${size},${MODE_AND_MORE}`, "tmpfs", path],
    ["mount", "-t", "ramfs", "-o", MODE_AND_MORE, "ramfs", path],
  ];
  const failures: string[] = [];
  for (const argv of attempts) {
    const timeoutMs = deadline.remainingMs();
    const result = await run(argv, timeoutMs, deadline.signal);
    await refuseStop(deadline);
    if (result.kind === "exited" && result.status === 0)
      return log("info", `mounted the secrets folder: ${argv.join(" ")}`);
    const said = "output" in result ? firstLines(result.output, 1) : "";
    failures.push(
      `\`${argv.join(" ")}\`: ${describeCommandFailure(result, timeoutMs)}${said === "" ? "" : `: ${said}`}`,
    );
  }
  throw new Refusal("cannot-write", {
    what: `no memory can be mounted at the secrets folder ${path}: ${failures.join("; ")}`,
    fix: "Start its mount: systemctl start run-parbake-secrets.mount",
  });
}

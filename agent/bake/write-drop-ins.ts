// Writes into the image what `apply` would make at its first boot, and what systemd would have to be reloaded for: the drop-ins by which
// systemd hands secrets over. They are built by the code of the plan, so that `apply` finds them as it wants them.

import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { writeWhole } from "../apply/state/write-whole.ts";
import type { Config } from "../config/config.ts";
import { TRUST_NOBODY_ELSE } from "../host/folder.ts";
import { makeFolders } from "../host/make-folders.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { buildHandOff } from "../plan/build-hand-off.ts";
import { buildSecretSteps } from "../plan/build-secret-steps.ts";
import type { Action } from "../seal/finding.ts";

/** @returns what was not there as it should be */
export function writeDropIns({ secrets, secretsFolder }: Config, root: string): Action[] {
  const steps = secrets.flatMap((secret) => buildSecretSteps(secret, secretsFolder));
  return buildHandOff(steps, []).files.flatMap(({ path, content }) => {
    // It names files and holds no value.
    const text = content.filter((part) => typeof part === "string").join("");
    if (readIfThere(resolveInRoot(root, path)) === text) return [];
    makeFolders(root, "/", dirname(path), 0o755);
    writeWhole(root, path, text, TRUST_NOBODY_ELSE);
    return [{ did: "wrote" as const, path, why: "so that the first boot need not reload systemd for it" }];
  });
}

function readIfThere(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

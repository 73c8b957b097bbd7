// Whether an image has the latest security updates and starts its newest kernel, as a stage of the seal. Changes nothing in it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SealConfig } from "../config/seal-config.ts";
import { type Kernels, listKernels } from "../image/kernels.ts";
import { readOsRelease } from "../image/os-release.ts";
import { listPackages, type Packages } from "../image/packages.ts";
import type { Finding } from "../seal/finding.ts";
import { askApt, type Asking } from "./ask-apt.ts";
import { askDnf } from "./ask-dnf.ts";
import { type PendingUpdates, tellUpdates } from "./updates.ts";

export async function checkUpdates(
  { updates }: Pick<SealConfig, "updates">,
  asking: Omit<Asking, "scratch">,
): Promise<Finding[]> {
  const kernel = tellKernel(listKernels(asking.root));
  if (updates === "ignore") return kernel;
  const scratch = mkdtempSync(join(tmpdir(), "parbake-updates-"));
  try {
    const pending = await askFor(listPackages(asking.root), { ...asking, scratch });
    return [...tellUpdates(pending, updates), ...kernel];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function askFor(packages: Packages, asking: Asking): Promise<PendingUpdates> {
  switch (packages.kind) {
    case "deb":
      return askApt(packages.list, asking);
    case "rpm":
      return askDnf(readOsRelease(asking.root), asking);
    case "none":
      return { kind: "unknown", why: "the image has no record of dpkg or rpm" };
    case "unreadable":
      return { kind: "unknown", why: packages.why };
  }
}

/** A new kernel that is installed and not started is no update. */
export function tellKernel({ installed, boots }: Kernels): Finding[] {
  const newest = installed.at(-1);
  if (newest === undefined || boots === null || boots === newest) return [];
  const what = `the image has the kernel ${newest} and starts ${boots}`;
  return [
    {
      kind: "old-kernel",
      severity: "warn",
      what,
      fix: "Make the new one the default: update-grub, or grubby --set-default.",
    },
  ];
}

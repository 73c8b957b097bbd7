// Leaves a run's metrics where node_exporter looks for them: whole, readable by every user, swapped in at once.

import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { writeWhole } from "../apply/state/write-whole.ts";
import type { Trust } from "../host/folder.ts";
import { resolveInRoot } from "../host/resolve-in-root.ts";
import { formatMetrics } from "./format-metrics.ts";
import type { Report } from "./report.ts";

/** @throws Refusal where the file cannot be written: its folder is missing, or may be written to by every user */
export function writeMetrics(root: string, path: string, report: Report, owedActions: number): void {
  writeWhole(root, path, formatMetrics(report, owedActions), ownersOf(resolveInRoot(root, dirname(path))));
}

// The folder is the exporter's own where its package says so. There is nothing to steal in the file, and no symlink is followed.
function ownersOf(folder: string): Trust {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found ? { uids: [found.uid], gids: [found.gid] } : { uids: [], gids: [] };
}

// Which units parbake has heard of, by its own records alone: a name that nobody ever gave it may be misspelt.

import { basename, dirname } from "node:path";
import { readManaged, type Managed } from "../apply/state/managed.ts";
import { isReadyByName } from "../apply/units/readiness.ts";
import { templateOf } from "../names/unit-name.ts";
import { Refusal } from "../refusal.ts";
import { readReport } from "../report/report-file.ts";

/** Whether a run of this boot, or a file that parbake wrote, names it; null: their records can't be read. */
export function isNamed(root: string, unit: string): boolean | null {
  if (isReadyByName(root, unit)) return true;
  const names = [unit, templateOf(unit)];
  try {
    const report = readReport(root);
    const known = [
      ...(report?.units ?? []).map((one) => one.unit),
      ...(report?.held ?? []).flatMap(({ units }) => units),
      ...[...readManaged(root).files.values()].flatMap(unitsOfFile),
    ];
    return known.some((name) => names.includes(name));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

// What the file is told to, and the unit that it is, or is a drop-in of.
function unitsOfFile({ path, onChange }: Managed): string[] {
  return [...onChange.map(({ unit }) => unit), basename(path), basename(dirname(path)).replace(/\.d$/, "")];
}

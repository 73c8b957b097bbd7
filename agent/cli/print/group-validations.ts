// Files that their programs were not asked about, those of one reason together. Pure.

import { nameFirst } from "../text.ts";

interface Validated {
  readonly path: string;
  /** `passed`, or why not; null: there was nothing to validate. */
  readonly validation: string | null;
}

/** As many as a line takes beside the reason. */
const MOST_NAMED = 4;

export function groupValidations(files: readonly Validated[]): [paths: string, reason: string][] {
  const left = files.filter(({ validation }) => validation !== null && validation !== "passed");
  return [...Map.groupBy(left, ({ validation }) => validation ?? "")].map(([reason, group]) => [
    nameFirst(
      group.map(({ path }) => path),
      MOST_NAMED,
    ),
    reason,
  ]);
}

// How an app came to its share, from the machine's memory down.

import { formatBytes } from "../../size.ts";
import type { ShareStep } from "../explain-app.ts";
import { amount, cell, element, row, rowHead, table } from "./dom.ts";

/** Null: it has none. */
export function shareFold(app: string, steps: readonly ShareStep[]): HTMLElement | null {
  const last = steps.at(-1);
  if (last === undefined) return null;
  const rows = steps.map(({ what, memoryBytes, why }) =>
    row(rowHead(what), cell({}, amount(formatBytes(memoryBytes), memoryBytes)), cell({ class: "about" }, why)),
  );
  return element(
    "details",
    { id: `share-of-${app}`, class: "share-steps" },
    element("summary", {}, `Why ${formatBytes(last.memoryBytes)}`),
    table(`How ${app} came to its share`, ["Step", "Memory", "Why"], rows, "steps"),
  );
}

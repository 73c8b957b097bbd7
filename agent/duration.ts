// The one way to write a duration. Pure.

import { parseDecimal } from "./number.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What parseDurationMs reads. */
export const DURATION = /^(?:0|((?:0|[1-9]\d{0,15})(?:\.\d{1,16})?)(ms|s|min|m|h|d))$/;

/** `500ms`, `1.5s`, `5m`, `24h`, `30d`, in milliseconds; 0 needs no unit; null: no duration. */
export function parseDurationMs(text: string): number | null {
  if (text === "0") return 0;
  const [, amount = "", unit = ""] = DURATION.exec(text) ?? [];
  const [count, unitMs] = [parseDecimal(amount), UNIT_MS[unit]];
  return count === null || unitMs === undefined ? null : count * unitMs;
}

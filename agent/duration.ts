// The one way to write a duration. Pure.

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `500ms`, `1.5s`, `5m`, `24h`, in milliseconds; null: no duration. */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|m|h)$/.exec(text);
  return match ? Number(match[1]) * UNIT_MS[match[2]!]! : null;
}

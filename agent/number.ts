// Numbers as people type them. Never guesses: 0x4, 1e3, +5, ` 5`, `5.` and 010 (eight to some) are refused, though JavaScript and
// YAML read them. Pure.

/** What parseInteger reads. */
export const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

/** `42`, within the bounds; null for anything else. */
export function parseInteger(text: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | null {
  return INTEGER.test(text) ? within(Number(text), least, most) : null;
}

/** `42` or `1.5`, within the bounds. */
export function parseDecimal(text: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | null {
  return /^(?:0|[1-9]\d{0,15})(?:\.\d{1,16})?$/.test(text) ? within(Number(text), least, most) : null;
}

function within(value: number, least: number, most: number): number | null {
  return value >= least && value <= most ? value : null;
}

// How wide text may be where it goes. Pure.

/** A terminal that does not say, as a serial line. */
const USUAL_COLUMNS = 80;

/**
 * Infinity: no line is broken, for whatever reads a pipe or a file.
 * @param columns of the terminal, null: it does not say
 */
export function chooseColumns(given: string | undefined, isTerminal: boolean, columns: number | null): number {
  if (given !== undefined && /^[1-9]\d{0,4}$/.test(given)) return Number(given);
  return isTerminal ? (columns ?? USUAL_COLUMNS) : Infinity;
}

// The one table that scripts/bench prints: a figure a line, what was measured, and whether that is what was promised.

export interface Row {
  readonly figure: string;
  readonly measured: string;
  /** Absent: a figure that promises nothing. */
  readonly target?: { readonly text: string; readonly isMet: boolean };
}

/** `most` in the unit that the reader sees. */
export function judge(figure: string, value: number, most: number, show: (value: number) => string, more = ""): Row {
  return {
    figure,
    measured: `${show(value)}${more === "" ? "" : `  (${more})`}`,
    target: { text: `≤ ${show(most)}`, isMet: value <= most },
  };
}

export function skip(figure: string, reason: string): Row {
  return { figure, measured: `skipped: ${reason}` };
}

export function formatTable(rows: readonly Row[]): string {
  const width = (cell: (row: Row) => string): number => Math.max(...rows.map((row) => cell(row).length));
  const figureWidth = width(({ figure }) => figure);
  const targetWidth = width(({ target }) => target?.text ?? "");
  return rows
    .map(({ figure, measured, target }) => {
      const verdict = target === undefined ? "" : target.isMet ? "met" : "MISSED";
      return `${figure.padEnd(figureWidth)}  ${(target?.text ?? "").padEnd(targetWidth)}  ${verdict.padEnd(6)}  ${measured}`;
    })
    .join("\n");
}

export function formatMissed(rows: readonly Row[]): string {
  const missed = rows.filter(({ target }) => target?.isMet === false);
  if (missed.length === 0) return "every target is met";
  return `targets missed: ${missed.map(({ figure, measured, target }) => `${figure} ${measured.split("  ")[0]} (${target?.text})`).join("; ")}`;
}

export const asRatio = (value: number): string => `${value.toFixed(2)} ×`;
export const asMs = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const asCount = (value: number): string => value.toFixed(0);
export const asMB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
export const asMiB = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

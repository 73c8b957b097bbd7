// Prints many values into one file of a format, each on a line of its own, through parbake's encoder and its reading back.

import assert from "node:assert/strict";
import type { ScalarType, TemplateFormat } from "../../../agent/formats/format.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { TypedScalar } from "../../../agent/template/context/helper-values.ts";
import { fillHoles } from "../../../agent/template/fill-holes.ts";
import { plainText } from "../../unit/support/plain-text.ts";

/** Where a value stands in a file of one format. */
export interface Spot {
  readonly format: TemplateFormat;
  /** `{}` is the value, `N` the number of the line. */
  readonly line: string;
  /** What makes a whole file of the lines. */
  readonly before?: string;
  readonly between?: string;
  readonly after?: string;
  /** How a reader must find the value `{}`: with the text beside it. */
  readonly read?: string;
  /** What each value is to be read as. Default: text. */
  readonly type?: ScalarType;
}

export interface WrittenFile {
  readonly text: string;
  readonly lines: readonly string[];
  /** Those of the values that could be written, as a reader must find them. */
  readonly expected: readonly string[];
}

/** @param least how many of the values must be taken */
export function writeFile(spot: Spot, values: readonly string[], least = values.length / 5): WrittenFile {
  const lines: string[] = [];
  const taken: string[] = [];
  for (const value of values) {
    const line = spot.line.replaceAll("N", String(lines.length));
    const alone = fill(spot, [line], [value]);
    if (alone === null) continue;
    taken.push(value);
    lines.push(alone.slice(spot.before?.length ?? 0, alone.length - (spot.after ?? "\n").length));
  }
  assert.ok(taken.length >= least, `only ${taken.length} of ${values.length} values could be written as ${spot.line}`);
  const templates = taken.map((_, index) => spot.line.replaceAll("N", String(index)));
  const text = fill(spot, templates, taken);
  assert.equal(text, join(spot, lines), "a value is written in another way when others stand beside it");
  return { text, lines, expected: taken.map((value) => (spot.read ?? "{}").replace("{}", () => value)) };
}

/** Null: the encoder has refused a value. That it took one which is then not read back is a mistake. */
function fill(spot: Spot, lines: readonly string[], values: readonly string[]): string | null {
  const site = { file: "fuzz", line: 1, column: 1 };
  const prints = values.map((value) => ({ value: spot.type ? new TypedScalar(value, spot.type) : value, site }));
  let count = 0;
  const output = join(spot, lines).replaceAll("{}", () => `\uE000${count++}\uE001`);
  const filled = fillHoles({ kind: "ran", output, prints }, { format: spot.format });
  if (filled.kind === "rendered") return plainText(filled.content);
  const said = filled.kind === "broken" ? filled.problems.map(formatProblem).join("\n") : filled.why;
  assert.match(
    said,
    /cannot be written into|has a \$, which/,
    `${spot.format}, ${spot.line}, ${JSON.stringify(values.slice(0, 3))}`,
  );
  return null;
}

function join({ before = "", between = "\n", after = "\n" }: Spot, lines: readonly string[]): string {
  return before + lines.join(between) + after;
}

// Reads the table of agent/tuning/WITHOUT.md.

import assert from "node:assert/strict";

export interface WithoutProfile {
  readonly program: string;
  readonly reason: string;
  /** The addresses of its links. */
  readonly sources: readonly string[];
}

export function readWithout(page: string): readonly WithoutProfile[] {
  const [head, , ...rows] = page.split("\n").filter((line) => line.startsWith("|"));
  assert.match(head ?? "", /^\| program +\| why there is none, and what to use +\| source +\|$/);
  return rows.map((row) => {
    const [, program, reason, source, end, ...more] = row
      .split(" | ")
      .join("|")
      .split("|")
      .map((cell) => cell.trim());
    assert.ok(program && reason && source && end === "" && more.length === 0, `three cells are expected in: ${row}`);
    return { program, reason, sources: [...source.matchAll(/\]\(([^)]+)\)/g)].map(([, address]) => address!) };
  });
}

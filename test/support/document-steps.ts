// What a document tells its reader to type: the commands of a section, step by step, as they stand there.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const TOP = join(import.meta.dirname, "../..");

/** The blocks of `sh` below `## heading`, each with the number of its step; null where the section has no steps. */
export function readSteps(
  page: string,
  heading: string,
): readonly (readonly [step: number | null, commands: string])[] {
  const section = readFileSync(join(TOP, page), "utf8")
    .split(/^## /m)
    .find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${page} has no section "${heading}"`);
  return section
    .split(/^(?=\d+\. )/m)
    .flatMap((part) =>
      [...part.matchAll(/^( *)```sh\n([^]*?)^ *```$/gm)].map(
        ([, indent, code]) => [numberOf(part), unindent(code!, indent!)] as const,
      ),
    );
}

function numberOf(part: string): number | null {
  const [, digits] = /^(\d+)\. /.exec(part) ?? [];
  return digits === undefined ? null : Number(digits);
}

function unindent(code: string, indent: string): string {
  return code.replaceAll(new RegExp(`^${indent}`, "gm"), "");
}

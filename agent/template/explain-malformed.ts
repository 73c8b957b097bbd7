// Finds the line of a template that makes its output malformed. Runs the template a second time, and only after a failure.

import type { Problem } from "../refusal.ts";
import type { Filled } from "./fill-holes.ts";
import { lineAt, markLines } from "./locate-output.ts";
import type { RenderInput } from "./render-input.ts";
import { runTemplate } from "./run-template.ts";
import { expandPartials } from "./tree/expand-partials.ts";
import { parseTemplate } from "./tree/parse-template.ts";

type Malformed = Extract<Filled, { kind: "malformed" }>;

export function explainMalformed(input: RenderInput, malformed: Malformed): Problem {
  const before = malformed.parts.join("").slice(0, malformed.offset);
  return {
    what: `what it renders to is not valid ${input.format}: ${malformed.why} (line ${before.split("\n").length} of the file)`,
    fix: malformed.fix,
    at: lineOf(input, malformed) ?? { file: input.file },
  };
}

function lineOf(input: RenderInput, { parts, offset }: Malformed): Problem["at"] | null {
  const { source, file, context, keepsLineEnds } = input;
  const parsed = parseTemplate(source, file, keepsLineEnds);
  if (parsed.kind === "broken") return null;
  expandPartials(parsed.program, input);
  const lines = markLines(parsed.program, file);
  const run = runTemplate(parsed.program, context, file);
  return run.kind === "failed" ? null : lineAt(run.output, lines, parts, offset);
}

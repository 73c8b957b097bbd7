// One template to the content of one file: parse, put partials in, lint, run, encode. Pure; holds references to secrets, never a
// value.

import type { ContentPart } from "../formats/content.ts";
import type { Problem } from "../refusal.ts";
import { UNKNOWN } from "./context/template-context.ts";
import { explainMalformed } from "./explain-malformed.ts";
import { fillHoles } from "./fill-holes.ts";
import { layOutYaml } from "./lay-out-yaml.ts";
import { lintTemplate } from "./lint/lint-template.ts";
import type { RenderInput } from "./render-input.ts";
import { runTemplate } from "./run-template.ts";
import { expandPartials, nameIncluders, type TemplateText } from "./tree/expand-partials.ts";
import { parseTemplate } from "./tree/parse-template.ts";
import type { Program } from "./tree/template-ast.ts";

export type Rendered =
  | {
      readonly kind: "rendered";
      readonly content: readonly ContentPart[];
      readonly warnings: readonly Problem[];
      /** The paths of all that the template and its partials read: `apps.db.shared_buffers`. */
      readonly reads: ReadonlySet<string>;
    }
  | { readonly kind: "broken"; readonly problems: readonly Problem[] };

export function renderTemplate(input: RenderInput): Rendered {
  const parsed = parseTemplate(input.source, input.file, input.keepsLineEnds);
  if (parsed.kind === "broken") return { kind: "broken", problems: [parsed.problem] };
  const { problems, texts, inclusions } = expandPartials(parsed.program, input);
  const rendered = renderProgram(parsed.program, input, [input, ...texts], problems);
  const explain = (found: readonly Problem[]) =>
    inOrder(found, input.file).map((problem) => nameIncluders(problem, inclusions));
  return rendered.kind === "broken"
    ? { kind: "broken", problems: explain(rendered.problems) }
    : { ...rendered, warnings: explain(rendered.warnings) };
}

function renderProgram(
  program: Program,
  input: RenderInput,
  texts: readonly TemplateText[],
  unexpanded: readonly Problem[],
): Rendered {
  const { problems, warnings, reads } = lintTemplate({ ...input, program, texts });
  if (unexpanded.length + problems.length > 0) return { kind: "broken", problems: [...unexpanded, ...problems] };
  if (input.context.apps === UNKNOWN) return { kind: "rendered", content: [""], warnings, reads };
  const run = runTemplate(program, input.context, input.file);
  if (run.kind === "failed") return { kind: "broken", problems: [run.problem] };
  const laidOut = input.format === "yaml" ? layOutYaml(run) : run;
  const filled = fillHoles(laidOut, input);
  if (filled.kind === "malformed") return { kind: "broken", problems: [explainMalformed(input, filled)] };
  return filled.kind === "broken" ? filled : { ...filled, warnings, reads };
}

/** Each once, though a partial that is included twice has it twice; the template's own first, then from top to bottom. */
function inOrder(problems: readonly Problem[], file: string): Problem[] {
  const told = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...told.values()].toSorted((one, other) => compareArrays(placeKeys(one, file), placeKeys(other, file)));
}

function placeKeys({ at }: Problem, file: string): readonly (string | number)[] {
  return [at?.file === file ? "" : (at?.file ?? ""), at?.line ?? 0, at?.column ?? 0];
}

function compareArrays(one: readonly (string | number)[], other: readonly (string | number)[]): number {
  for (const [index, key] of one.entries()) {
    const otherKey = other[index];
    if (otherKey !== undefined && key !== otherKey) return key < otherKey ? -1 : 1;
  }
  return 0;
}

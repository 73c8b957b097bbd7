// One template to the content of one file: parse, lint, run, encode. Pure; holds references to secrets, never a value.

import type { Problem } from "../refusal.ts";
import { fillHoles } from "./fill-holes.ts";
import { instrument } from "./instrument.ts";
import { lintTemplate } from "./lint-template.ts";
import { parseTemplate } from "./parse-template.ts";
import type { ContentPart, TemplateFormat } from "./plan.ts";
import { runTemplate } from "./run-template.ts";
import type { TemplateContext } from "./template-context.ts";
import { UNKNOWN } from "./template-context.ts";

export interface RenderInput {
  readonly source: string;
  /** How problems name the template. */
  readonly file: string;
  readonly format: TemplateFormat;
  readonly context: TemplateContext;
  /** Whether the rendered file may hold a secret's value. */
  readonly secretValuesAllowed: boolean;
}

export type Rendered =
  | {
      readonly kind: "rendered";
      readonly content: readonly ContentPart[];
      /** Whether the template reads anything tuned. */
      readonly readsApps: boolean;
    }
  | { readonly kind: "broken"; readonly problems: readonly Problem[] };

export function renderTemplate(input: RenderInput): Rendered {
  const parsed = parseTemplate(input.source, input.file);
  if (parsed.kind === "broken") return broken([parsed.problem]);
  const { problems, readsApps } = lintTemplate({ ...input, program: parsed.program });
  if (problems.length > 0) return broken(problems);
  if (input.context.apps === UNKNOWN) return { kind: "rendered", content: [""], readsApps };
  const run = runTemplate(parsed.program, instrument(parsed.program), input.context, input.file);
  if (run.kind === "failed") return broken([run.problem]);
  const filled = fillHoles(run, input.format, input.file);
  return filled.kind === "broken" ? filled : { ...filled, readsApps };
}

function broken(problems: readonly Problem[]): Rendered {
  return { kind: "broken", problems };
}

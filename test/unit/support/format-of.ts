// The format of a template that stands for its file, too: what its name alone tells.

import type { TemplateFormat } from "../../../agent/plan/plan.ts";
import { tellFormat } from "../../../agent/formats/format-of.ts";

export function formatOf(template: string): TemplateFormat {
  const named = tellFormat({ format: null, path: template.replace(/\.hbs$/, ""), template });
  return named.kind === "told" ? named.format : "text";
}

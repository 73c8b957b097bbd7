// The format of a template that stands for its file, too: what its name alone tells.

import { tellFormat } from "../../../agent/formats/format-of.ts";
import type { TemplateFormat } from "../../../agent/formats/format.ts";

export function formatOf(template: string): TemplateFormat {
  const named = tellFormat({ format: null, path: template.replace(/\.hbs$/, ""), template });
  return named.kind === "told" ? named.format : "text";
}

// Warns of a template that an editor saved with CRLF: parbake writes LF, as Linux programs expect. Renders nothing.

import type { Problem } from "../../refusal.ts";
import type { TemplateText } from "../tree/expand-partials.ts";
import { positionOf } from "../tree/parse-template.ts";

export function lintLineEnds({ source, file }: TemplateText, keepsLineEnds: boolean): Problem[] {
  const index = source.indexOf("\r\n");
  if (index === -1) return [];
  return [
    {
      what: keepsLineEnds
        ? "its lines end in CRLF, and so do those of the file: `format: text` writes it as it stands"
        : "its lines end in CRLF, and those of the file end in LF",
      fix: "Save it with LF (in .gitattributes: `*.hbs text eol=lf`).",
      at: { file, ...positionOf(source, index) },
    },
  ];
}

// `\{{apps.…}}` prints the braces: right for a literal `{{`, a trap for a Windows path. Renders nothing.

import type { Problem } from "../../refusal.ts";
import type { TemplateText } from "../tree/expand-partials.ts";
import { positionOf } from "../tree/parse-template.ts";

export function lintEscapes({ source, file }: TemplateText): Problem[] {
  return [...source.matchAll(/(?<!\\)\\\{\{~?\s*(facts|apps|secrets|vars)\b/g)].map(({ index, 1: name }) => ({
    what: `\\{{${name}… prints the braces themselves, not the value`,
    fix: "Write \\\\{{ for a backslash and then the value.",
    at: { file, ...positionOf(source, index) },
  }));
}

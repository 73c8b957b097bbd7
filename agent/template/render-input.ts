// What one file is rendered from. Pure.

import type { TemplateFormat } from "../formats/format.ts";
import type { TemplateContext } from "./context/template-context.ts";
import type { TemplateText } from "./tree/expand-partials.ts";

export interface RenderInput extends TemplateText {
  readonly format: TemplateFormat;
  /** Whether CRLF stays CRLF, and a carriage return may stand anywhere. Default: every line ends in LF. */
  readonly keepsLineEnds?: boolean;
  readonly context: TemplateContext;
  /** Whether the rendered file may hold a secret's value. */
  readonly secretValuesAllowed: boolean;
  /** What `{{> name}}` may name; none if not given. */
  readonly partials?: ReadonlyMap<string, TemplateText>;
}

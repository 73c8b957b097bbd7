// The templates that parbake carries, for people. Pure.

import type { ReadyTemplate } from "../../template/ready-template.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";

export function formatTemplates(templates: readonly ReadyTemplate[], paint: Paint): string {
  const rows = templates.map(({ name, profile, about }) => [name, profile ?? "-", about]);
  const heads = ["template", "profile", "what it is"].map(paint.bold);
  return `${formatColumns([heads, ...rows], paint)}\nparbake templates NAME prints one, or the only one of a profile.\n`;
}

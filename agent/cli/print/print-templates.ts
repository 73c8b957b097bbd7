// The templates that parbake carries, for people. Pure.

import type { ReadyTemplate } from "../../template/ready-template.ts";
import { formatColumns, type Paint } from "../text.ts";

export function formatTemplates(templates: readonly ReadyTemplate[], paint: Paint): string {
  const rows = templates.map(({ name, profile, about }) => [name, profile ?? "-", about]);
  const heads = ["template", "profile", "what it is"].map(paint.bold);
  return `${formatColumns([heads, ...rows])}\nparbake templates NAME prints one, or the only one of a profile.\n`;
}

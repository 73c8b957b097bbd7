// A planned file's text, where no secret is printed in it. Pure.

import type { FileStep } from "../../plan/plan.ts";

export function plainText({ content }: FileStep): string | null {
  let text = "";
  for (const part of content) {
    if (typeof part !== "string") return null;
    text += part;
  }
  return text;
}

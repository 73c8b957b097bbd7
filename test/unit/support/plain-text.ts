// The text of a content without secrets.

import assert from "node:assert/strict";
import type { ContentPart } from "../../../agent/formats/content.ts";

export function plainText(content: readonly ContentPart[]): string {
  const [text, ...more] = content;
  assert.ok(typeof text === "string" && more.length === 0);
  return text;
}

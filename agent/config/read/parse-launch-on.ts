// `launchOn: [m7g.*, "r7g.{large..8xlarge}"]`: the syntax of its patterns. Which types there are only the bake asks. Pure.

import { isFlaw, parseTypePattern, type PlacedPattern } from "../../names/type-pattern.ts";
import type { Field } from "../yaml/field.ts";

export function parseLaunchOn(field: Field | undefined): readonly PlacedPattern[] {
  return (field?.items() ?? []).flatMap((item) => parseOne(item) ?? []);
}

function parseOne(item: Field): PlacedPattern | null {
  const text = item.text();
  if (text === undefined) return null;
  const pattern = parseTypePattern(text.trim());
  if (!isFlaw(pattern)) return { pattern, at: item.at };
  item.refuse(pattern.what, pattern.fix);
  return null;
}

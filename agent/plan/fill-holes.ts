// Puts the printed values into the rendered text, each encoded for where it stands; leaves references where secrets go.

import type { Problem } from "../refusal.ts";
import type { Place } from "./encode.ts";
import { encode, placesIn, Unencodable } from "./encode.ts";
import { HOLE } from "./formats/format-rules.ts";
import type { ContentPart, TemplateFormat } from "./plan.ts";
import type { Print, Run } from "./run-template.ts";
import { SecretHole, TunedValue } from "./template-context.ts";
import { JsonText } from "./template-helpers.ts";

export type Filled =
  | { readonly kind: "rendered"; readonly content: readonly ContentPart[] }
  | { readonly kind: "broken"; readonly problems: readonly Problem[] };

export function fillHoles({ output, prints }: Run, format: TemplateFormat, file: string): Filled {
  // Odd members are the numbers between the markers.
  const pieces = output.split(/\uE000(\d+)\uE001/);
  const places = placesIn(format, pieces.map((piece, index) => (index % 2 === 0 ? piece : HOLE)).join(""));
  const problems: Problem[] = [];
  const content: ContentPart[] = [""];
  for (const [index, piece] of pieces.entries()) {
    const part =
      index % 2 === 0 ? piece : fill(prints[Number(piece)]!, places[(index - 1) / 2]!, format, file, problems);
    append(content, part);
  }
  return problems.length > 0
    ? { kind: "broken", problems: onePerPlace(problems) }
    : { kind: "rendered", content: withoutEmpty(content) };
}

function fill(
  { value, site }: Print,
  place: Place,
  format: TemplateFormat,
  file: string,
  problems: Problem[],
): ContentPart {
  try {
    if (value instanceof SecretHole) return secretPart(value, place, format);
    if (value instanceof JsonText && takesJson(format) && place === "alone") return value.text;
    return encode(format, plain(value), place);
  } catch (error) {
    if (!(error instanceof Unencodable)) throw error;
    const what = `the value printed here cannot be written into ${format}: ${error.message}`;
    problems.push({ what, fix: error.fix, at: { file, ...site } });
    return "";
  }
}

/** A place where no value can stand is found now, not when the secret has been fetched. */
function secretPart({ reference }: SecretHole, place: Place, format: TemplateFormat): ContentPart {
  if (place === "never") encode(format, "", place);
  return { reference, format, place };
}

function takesJson(format: TemplateFormat): boolean {
  return format === "json" || format === "yaml";
}

function plain(value: unknown): string | number | boolean {
  if (value instanceof TunedValue) return value.printed;
  if (value instanceof JsonText) return value.text;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Error("only scalars are printed: the print helper sees to it");
}

function append(content: ContentPart[], part: ContentPart): void {
  const last = content.at(-1);
  if (typeof part === "string" && typeof last === "string") content[content.length - 1] = last + part;
  else content.push(part);
}

function withoutEmpty(content: ContentPart[]): ContentPart[] {
  return content.length === 1 ? content : content.filter((part) => part !== "");
}

/** A loop meets the same mistake again and again. */
function onePerPlace(problems: readonly Problem[]): Problem[] {
  const told = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...told.values()];
}

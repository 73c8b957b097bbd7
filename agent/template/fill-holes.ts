// Puts the printed values into the rendered text, each encoded for where it stands, and has the result read back; leaves
// references where secrets go.

import type { ContentPart } from "../formats/content.ts";
import { type Place, type Value, encode, placesIn, Unencodable } from "../formats/encode.ts";
import { HOLE } from "../formats/encoders/format-rules.ts";
import { escapeForYaml } from "../formats/encoders/json.ts";
import type { ScalarType, TemplateFormat } from "../formats/format.ts";
import { fillHole, markHole, readBack, type Hole } from "../formats/read-back.ts";
import type { Position, Problem } from "../refusal.ts";
import { Written } from "../written.ts";
import { JsonText, TypedScalar } from "./context/helper-values.ts";
import { SecretHole, TunedValue } from "./context/template-context.ts";
import type { Print, Run } from "./run-template.ts";

export type Filled =
  | { readonly kind: "rendered"; readonly content: readonly ContentPart[] }
  | { readonly kind: "broken"; readonly problems: readonly Problem[] }
  /** What came out is not of its format. `parts` are the texts of the file, static and printed in turn. */
  | {
      readonly kind: "malformed";
      readonly why: string;
      readonly fix: string;
      readonly offset: number;
      readonly parts: readonly string[];
    };

/** A printed value, ready for the file. */
interface Filling extends Hole {
  readonly print: Print;
}

interface FilledFile {
  readonly format: TemplateFormat;
  readonly keepsLineEnds?: boolean;
}

export function fillHoles({ output, prints }: Run, { format, keepsLineEnds = false }: FilledFile): Filled {
  // Odd members are the numbers between the markers.
  const pieces = output.split(/\uE000(\d+)\uE001/);
  const places = placesIn(format, pieces.map((piece, index) => (index % 2 === 0 ? piece : HOLE)).join(""));
  const problems: Problem[] = [];
  const filler = new Filler(format, problems);
  // A run numbers its prints, and there is one place for each hole.
  const parts = pieces.map((piece, index) =>
    index % 2 === 0 ? piece : filler.fill(prints[Number(piece)]!, places[(index - 1) / 2]!),
  );
  if (problems.length > 0) return { kind: "broken", problems };
  const written = parts.map((part) => (typeof part === "string" ? part : part.written));
  const offset = keepsLineEnds ? null : findCarriageReturn(parts);
  if (offset !== null) return { kind: "malformed", ...CARRIAGE_RETURN, offset, parts: written };
  const read = readBack(format, parts);
  switch (read.kind) {
    case "proven":
      return { kind: "rendered", content: contentOf(parts, format) };
    case "malformed":
      return { ...read, fix: MALFORMED_FIX, parts: written };
    case "differs": {
      const { site } = read.hole.print;
      return { kind: "broken", problems: [read.isExpanded ? expanded(format, site) : misread(format, site)] };
    }
  }
}

const MALFORMED_FIX = "Correct the template; if the file is of another format, say so with format:.";
const CARRIAGE_RETURN = {
  why: "a carriage return stands here",
  fix: "Take it out; `format: text` writes a template as it stands.",
};

/** One of the template's own: in a value it is encoded, or refused, like any other character. */
function findCarriageReturn(parts: readonly (string | Hole)[]): number | null {
  let offset = 0;
  for (const part of parts) {
    const at = typeof part === "string" ? part.indexOf("\r") : -1;
    if (at !== -1) return offset + at;
    offset += typeof part === "string" ? part.length : part.written.length;
  }
  return null;
}

function expanded(format: TemplateFormat, at: Position): Problem {
  return {
    what: `the value printed here has a $, which ${format} expands in a command`,
    fix: "Pass it to the program by Environment= or EnvironmentFile=, or in a file.",
    at,
  };
}

function misread(format: TemplateFormat, at: Position): Problem {
  return {
    what: `the value printed here would be misread: a reader of ${format} would see another value`,
    fix: "Print it as a whole value of its own, or alone in quotes.",
    at,
  };
}

class Filler {
  readonly #format: TemplateFormat;
  readonly #problems: Problem[];
  #count = 0;

  constructor(format: TemplateFormat, problems: Problem[]) {
    this.#format = format;
    this.#problems = problems;
  }

  /** A string where what is printed is text like that of the template itself. */
  fill(print: Print, place: Place): string | Filling {
    const { value, site } = print;
    try {
      if (value instanceof JsonText && takesJson(this.#format) && place === "alone") return escapeForYaml(value.text);
      const { value: scalar, type } = typedOf(value);
      const hole = scalar instanceof SecretHole ? this.#secret(place, type) : this.#value(plain(scalar), place, type);
      this.#count += 1;
      return { ...hole, print };
    } catch (error) {
      if (!(error instanceof Unencodable)) throw error;
      const what = `the value printed here cannot be written into ${this.#format}: ${error.message}`;
      this.#problems.push({ what, fix: error.fix, at: site });
      return "";
    }
  }

  #value(value: Value, place: Place, type: ScalarType | undefined): Hole {
    return fillHole(this.#format, value, place, this.#count, type);
  }

  /** A place where no value can stand is found now, not when the secret has been fetched. */
  #secret(place: Place, type: ScalarType | undefined): Hole {
    if (place === "never") encode(this.#format, "", place);
    return markHole(this.#format, place, this.#count, type);
  }
}

function typedOf(value: unknown): { readonly value: unknown; readonly type?: ScalarType } {
  return value instanceof TypedScalar ? value : { value };
}

function takesJson(format: TemplateFormat): boolean {
  return format === "json" || format === "yaml";
}

function plain(value: unknown): Value {
  if (value instanceof TunedValue) return value.printed;
  if (value instanceof JsonText) return value.text;
  if (value instanceof Written) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Error("only scalars are printed: the print helper sees to it");
}

function contentOf(parts: readonly (string | Filling)[], format: TemplateFormat): ContentPart[] {
  const content: ContentPart[] = [""];
  for (const part of parts) append(content, typeof part === "string" ? part : contentPart(part, format));
  return content.length === 1 ? content : content.filter((part) => part !== "");
}

function contentPart({ print, written, place }: Filling, format: TemplateFormat): ContentPart {
  const { value, type } = typedOf(print.value);
  if (!(value instanceof SecretHole)) return written;
  const part = { reference: value.reference, format, place };
  return type === undefined ? part : { ...part, type };
}

function append(content: ContentPart[], part: ContentPart): void {
  const last = content.at(-1);
  if (typeof part === "string" && typeof last === "string") content[content.length - 1] = last + part;
  else content.push(part);
}

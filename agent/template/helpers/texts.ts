// Text for templates: joined, indented, quoted for another format than the file's own, or printed raw. Pure.

import { encode, Unencodable } from "../../formats/encode.ts";
import type { TemplateFormat } from "../../formats/format.ts";
import { orderedMap } from "../../ordered-map.ts";
import { Written } from "../../written.ts";
import { JsonText, RawText, YamlStructure } from "../context/helper-values.ts";
import { TunedValue } from "../context/template-context.ts";
import { helper, scalarOf, TemplateError, textOf, valueOf, wrongKind, type Helper } from "./helper.ts";

export const TEXTS: Readonly<Record<string, Helper>> = {
  default: helper(
    {
      takes: ["any", "any"],
      gives: "any",
      optional: "first",
      about: "the first, or the second where the first is null or not there",
      example: ['default 0 "none"', "0"],
    },
    (value, otherwise) => value ?? otherwise,
  ),
  required: helper(
    {
      takes: ["any", "text"],
      gives: "any",
      optional: "first",
      about: "the first; where it is null, empty or not there, the run stops and says the second",
      example: ['required "x" "Set vars.name."', "x"],
    },
    required,
  ),
  join: helper(
    {
      takes: ["list", "text"],
      gives: "text",
      about: "the items of a list, with the second between them",
      example: ['join (split "a b" " ") ", "', "a, b"],
    },
    join,
  ),
  split: helper(
    {
      takes: ["text", "text"],
      gives: "list",
      about: "the parts of a text, which the second stands between; for `#each` and `join`",
      example: ['join (split "a,b" ",") " "', "a b"],
    },
    (text, separator) => split(textOf("split", text), textOf("split", separator)),
  ),
  lower: helper(
    { takes: ["text"], gives: "text", about: "the text in lower case", example: ['lower "ABC"', "abc"] },
    (text) => textOf("lower", text).toLowerCase(),
  ),
  upper: helper(
    { takes: ["text"], gives: "text", about: "the text in upper case", example: ['upper "abc"', "ABC"] },
    (text) => textOf("upper", text).toUpperCase(),
  ),
  indent: helper(
    {
      takes: ["number", "scalar"],
      gives: "text",
      about: "the text with so many blanks before each of its lines that is not empty",
      example: ['indent 2 "a"', "  a"],
    },
    (width, text) => indent(width, text),
  ),
  json: helper(
    {
      takes: ["any"],
      gives: "structure",
      about: "the value as JSON; in JSON and YAML files it is structure, elsewhere text",
      example: ['json "a"', '"a"'],
    },
    (value) => new JsonText(jsonOf("json", value)),
  ),
  yaml: helper(
    {
      takes: ["any"],
      gives: "structure",
      about:
        "the value as YAML; in a YAML file, on a line of its own, it is a block as deep as the call stands, else JSON",
      example: ["yaml true", "true"],
    },
    (value) => new YamlStructure(toPlain(value), jsonOf("yaml", value)),
  ),
  env: quoting("env", "NAME=… of an environment file", ['env "a b"', '"a b"']),
  sh: quoting("sh", "a shell", ['sh "a b"', "'a b'"]),
  base64: helper(
    { takes: ["text"], gives: "text", about: "the text's UTF-8 as base64", example: ['base64 "abc"', "YWJj"] },
    (text) => base64(textOf("base64", text)),
  ),
  raw: helper(
    {
      takes: ["scalar"],
      gives: "raw",
      about: "the value as it is, past the encoder; `check` and `plan` warn of each use; refused for secrets",
      example: ['raw "a"', "a"],
    },
    (value) => new RawText(withoutMarkers(String(scalarOf("raw", value)))),
  ),
};

function quoting(name: TemplateFormat, place: string, example: Helper["example"]): Helper {
  const about = `the value quoted as one word for ${place} that stands inside a file of another format`;
  return helper({ takes: ["scalar"], gives: "text", about, example }, (value) => {
    const scalar = scalarOf(name, value);
    return encoded(name, "quote", () => encode(name, scalar));
  });
}

function encoded(name: string, verb: string, write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof Unencodable)) throw error;
    throw new TemplateError(`${name} cannot ${verb} this value: ${error.message}`, error.fix);
  }
}

function required(value: unknown, message: unknown): unknown {
  if (value !== undefined && value !== null && value !== "") return value;
  throw new TemplateError(textOf("required", message).replace(/[.!]$/, ""), "Set it: the template cannot do without.");
}

function join(list: unknown, separator: unknown): string {
  if (!Array.isArray(list)) throw wrongKind("join", "list", list);
  return list.map((item) => String(scalarOf("join", item))).join(textOf("join", separator));
}

function split(text: string, separator: string): string[] {
  if (separator === "")
    throw new TemplateError("split wants to know what stands between the parts", 'Give it a comma or the like: ",".');
  return text === "" ? [] : text.split(separator);
}

const MOST_BLANKS = 200;

function indent(width: unknown, text: unknown): string {
  const blanks = Number(valueOf(width));
  if (!Number.isInteger(blanks) || blanks < 0 || blanks > MOST_BLANKS)
    throw new TemplateError(`indent takes 0 to ${MOST_BLANKS} blanks`, "Correct its first argument.");
  return String(scalarOf("indent", text)).replace(/^(?=[^\r\n])/gm, " ".repeat(blanks));
}

function toPlain(value: unknown): unknown {
  if (value instanceof TunedValue) return value.printed;
  if (value instanceof Written) return value;
  const plain = valueOf(value);
  if (Array.isArray(plain)) return plain.map(toPlain);
  if (typeof plain !== "object" || plain === null) return plain;
  return orderedMap(Object.entries(plain).map(([key, member]) => [key, toPlain(member)] as const));
}

/** JSON.stringify would write `1.10` as 1.1. */
function jsonOf(format: "json" | "yaml", value: unknown): string {
  return encoded(format, "write", () => writeJson(format, toPlain(value)));
}

function writeJson(format: "json" | "yaml", value: unknown): string {
  if (value instanceof Written) return encode(format, value);
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(format, item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .map(([key, member]) => `${JSON.stringify(key)}:${writeJson(format, member)}`)
    .join(",")}}`;
}

/** Small enough for one call's arguments. */
const CHUNK_BYTES = 2 ** 13;

function base64(text: string): string {
  if (!text.isWellFormed()) throw new TemplateError("base64 got text that is not valid Unicode", "Correct the value.");
  const all = new TextEncoder().encode(text);
  const chunks = Array.from({ length: Math.ceil(all.length / CHUNK_BYTES) }, (_, index) =>
    String.fromCharCode(...all.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
  );
  return btoa(chunks.join(""));
}

/** Raw text becomes part of the template's own. */
function withoutMarkers(text: string): string {
  if (!/[\0\uE000\uE001]/.test(text)) return text;
  throw new TemplateError("raw got a NUL, U+E000 or U+E001", "Take the character out of the value.");
}

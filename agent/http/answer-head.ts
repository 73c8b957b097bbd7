// What the lines before an HTTP answer's body say, by RFC 9112, and how far the body goes by them. As strict as Node's own parser, and
// stricter where a server and a proxy might read a line in two ways. Pure.

import { HttpTrouble } from "./http-trouble.ts";

export interface StatusLine {
  /** Of HTTP/1. */
  readonly minorVersion: 0 | 1;
  readonly status: number;
}

/** A name in small letters, and its value. */
export type Field = readonly [name: string, value: string];

export type Framing =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

const VERSION = "HTTP/1.";
// RFC 9110, 5.6.2.
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// RFC 9110, 5.5: neither CR, LF, NUL nor another control character. As latin1.
export const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether a status line may begin so. */
export function mayBeginAnswer(text: string): boolean {
  return VERSION.startsWith(text.slice(0, VERSION.length));
}

/** @throws HttpTrouble where it is none */
export function parseStatusLine(line: string): StatusLine {
  if (!line.startsWith(VERSION)) throw HttpTrouble.malformed("HPE_INVALID_CONSTANT");
  const [, minor, rest = ""] = /^HTTP\/1\.([01])( .*)?$/.exec(line) ?? [];
  if (minor === undefined) throw HttpTrouble.malformed("HPE_INVALID_VERSION");
  const [, status] = /^ ([1-9]\d\d)(?: .*)?$/.exec(rest) ?? [];
  if (status === undefined || !FIELD_VALUE.test(rest)) throw HttpTrouble.malformed("HPE_INVALID_STATUS");
  return { minorVersion: minor === "0" ? 0 : 1, status: Number(status) };
}

/** @throws HttpTrouble where it is none: a line that begins with a blank (an old way to go on with the last) is none either */
export function parseField(line: string): Field {
  const colon = line.indexOf(":");
  const [name, value] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1)];
  if (TOKEN.test(name) && FIELD_VALUE.test(value)) return [name.toLowerCase(), trimBlanks(value)];
  throw HttpTrouble.malformed("HPE_INVALID_HEADER_TOKEN");
}

/** Blanks and tabs alone: JavaScript's own trim takes a no-break space too. */
function trimBlanks(value: string): string {
  return value.replace(/^[ \t]+/, "").replace(/[ \t]+$/, "");
}

/** @throws HttpTrouble where the lengths contradict each other: a proxy in between may believe the other one */
export function framingOf(status: number, fields: readonly Field[]): Framing {
  const lengths = valuesOf(fields, "content-length");
  const encodings = valuesOf(fields, "transfer-encoding");
  if (lengths.length > 1) throw HttpTrouble.malformed("HPE_UNEXPECTED_CONTENT_LENGTH");
  if (encodings.length > 1 || encodings[0] === "" || (encodings.length > 0 && lengths.length > 0))
    throw HttpTrouble.malformed("HPE_INVALID_TRANSFER_ENCODING");
  const bytes = lengths[0] === undefined ? null : parseLength(lengths[0]);
  if (status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (/(?:^|,)[\t ]*chunked$/i.test(encodings[0] ?? "")) return { kind: "chunked" };
  return bytes === null ? { kind: "until-close" } : { kind: "length", bytes };
}

/** Of the extension only the length counts. @throws HttpTrouble where it is none; the size may be too large to be safe */
export function parseChunkLine(line: string): { readonly sizeBytes: number; readonly extensionBytes: number } {
  const [, digits, extension = ""] = /^([0-9A-Fa-f]{1,16})(;[\t\x20-\x7e\x80-\xff]*)?$/.exec(line) ?? [];
  if (digits === undefined) throw HttpTrouble.malformed("HPE_INVALID_CHUNK_SIZE");
  return { sizeBytes: Number.parseInt(digits, 16), extensionBytes: extension.length };
}

function parseLength(text: string): number {
  const bytes = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(bytes)) return bytes;
  throw HttpTrouble.malformed("HPE_INVALID_CONTENT_LENGTH");
}

/** RFC 9112, 9.3. */
export function isPersistent({ minorVersion }: StatusLine, fields: readonly Field[]): boolean {
  const options = valuesOf(fields, "connection").flatMap((value) => value.toLowerCase().split(/[\t ]*,[\t ]*/));
  return minorVersion === 1 ? !options.includes("close") : options.includes("keep-alive");
}

/** Values of one name are one list, whose parts commas separate (RFC 9110, 5.3). */
export function headersOf(fields: readonly Field[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (const [name, value] of fields) {
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return Object.fromEntries(headers);
}

function valuesOf(fields: readonly Field[], wanted: string): string[] {
  return fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
}

// JSON with its numbers as they are written: JavaScript's own would change 12345678901234567890 and 1.0. Pure.

// In V8 since 2023, not in TypeScript's library yet.
interface ExactJson {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
}

const EXACT: ExactJson = JSON as unknown as ExactJson;

/** @throws SyntaxError whose message quotes the text: never show it */
export function parseExact(text: string): unknown {
  return EXACT.parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined ? EXACT.rawJSON(source) : value,
  );
}

/** Text as it is, a number as it is written, anything else as compact JSON. */
export function writeExact(value: unknown): string {
  if (typeof value === "string") return value;
  return EXACT.isRawJSON(value) ? value.rawJSON : JSON.stringify(value);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !EXACT.isRawJSON(value);
}

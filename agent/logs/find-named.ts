// Where in the text of a config variables stand whose name, or one above, is a secret's: what the rules, which see lines, do not find. Pure.

import { isMap, isScalar, isSeq, parseDocument, type Node } from "yaml";
import type { FoundSecret } from "./find-secrets.ts";
import { isSecretName } from "./secret-names.ts";

/** @param text a byte a character; it need not be a config that a run would take */
export function findNamed(text: string): readonly FoundSecret[] {
  const contents = parse(text);
  if (!isMap(contents)) return [];
  return contents.items
    .filter(({ key }) => isScalar(key) && key.value === "vars")
    .flatMap(({ value }) => search(value, false, text));
}

/** One that is nested deeper than the reader can follow holds what the rules alone find. */
function parse(text: string): Node | null {
  try {
    return parseDocument(text, { logLevel: "silent", uniqueKeys: false }).contents;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function search(node: unknown, isSecret: boolean, text: string): FoundSecret[] {
  if (isMap(node))
    return node.items.flatMap(({ key, value }) =>
      search(value, isSecret || (isScalar(key) && isSecretName(String(key.value))), text),
    );
  if (isSeq(node)) return node.items.flatMap((item) => search(item, isSecret, text));
  if (!isSecret || !isScalar(node) || !node.range) return [];
  if (node.value === null || typeof node.value === "boolean") return [];
  const [at, end] = node.range;
  const [from, to] = node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE" ? [at + 1, end - 1] : [at, end];
  const { length } = text.slice(from, to).trimEnd();
  return length > 0 ? [{ kind: "secret-by-name", at: from, length }] : [];
}

// YAML → the same in one layout: two blanks an indent, `{ a: b }` and `[a, b]` on one line of 120 columns or else as a block, double quotes.
// What is written as a block stays one; comments, order, quotes and spellings stay, too. Pure.

import { isCollection, isMap, isNode, isPair, parseDocument, visit } from "yaml";
import type { Document, Node, Scalar, Tags, YAMLMap, YAMLSeq } from "yaml";
import { settleComments } from "./comments.ts";
import { EscapeKeeper } from "./keep-escapes.ts";

const MOST_COLUMNS = 120;

/** Every word is a text, so that 0027, 1.10 and yes are printed as they stand there; nothing at all is still nothing. */
const READ = {
  schema: "failsafe",
  customTags: (tags: Tags): Tags => [...tags, "null"],
  version: "1.2",
  // parseYaml has looked for them, and not each beside each.
  uniqueKeys: false,
} as const;
const WRITE = { indent: 2, lineWidth: 0, doubleQuotedMinMultiLineLength: Infinity } as const;

type Collection = YAMLMap | YAMLSeq;

/** @param text that parseYaml has read without a problem */
export function canonicalYaml(text: string): string {
  const escapes = new EscapeKeeper();
  const document = parseDocument(text, { ...READ, customTags: (tags) => READ.customTags(escapes.wrap(tags)) });
  if (document.contents === null) return text;
  visit(document, {
    Pair: (_, { value }) => beginAtOnce(value),
    Node: (_, node) => joinBlanks(node),
    Scalar: (_, scalar) => {
      escapes.note(scalar, text);
      requote(scalar);
    },
  });
  const collections = listCollections(document);
  for (const each of collections) padBraces(each);
  for (;;) {
    const laidOut = document.toString(WRITE);
    const broad = findBroad(laidOut);
    if (broad.length === 0) return settleComments(text, laidOut);
    for (const { index, isOneLine } of broad) breakUp(collections[index]!, isOneLine);
  }
}

/** A block begins without a blank line. */
function beginAtOnce(value: unknown): void {
  if (!isCollection(value)) return;
  value.spaceBefore = false;
  const [first] = value.items;
  const node = isPair(first) ? first.key : first;
  if (isNode(node)) node.spaceBefore = false;
}

/** One blank line is enough. */
function joinBlanks(node: Node): void {
  if (node.commentBefore) node.commentBefore = node.commentBefore.replaceAll(/\n{3,}/g, "\n\n");
  if (node.comment) node.comment = node.comment.replaceAll(/\n{3,}/g, "\n\n");
}

/** Only what means the same in both. */
function requote(scalar: Scalar): void {
  if (scalar.type === "QUOTE_SINGLE" && typeof scalar.value === "string" && !/["\\\p{C}]/u.test(scalar.value))
    scalar.type = "QUOTE_DOUBLE";
}

function listCollections(document: Document): Collection[] {
  const collections: Collection[] = [];
  visit(document, { Collection: (_, node) => void collections.push(node) });
  return collections;
}

/** The printer pads both kinds, or neither. */
function padBraces(node: Collection): void {
  const print: Collection["toString"] = node.toString.bind(node);
  const flowCollectionPadding = isMap(node) ? " " : "";
  node.toString = (context, ...others) => print(context && { ...context, flowCollectionPadding }, ...others);
}

interface Broad {
  readonly index: number;
  /** It has no comment in it. */
  readonly isOneLine: boolean;
}

/** Which collections, counted as in listCollections, stand in braces of their own and do not fit on one line. */
function findBroad(text: string): Broad[] {
  const broad: Broad[] = [];
  let index = 0;
  visit(parseDocument(text, READ), {
    Collection: (_, node, path) => {
      const isOutermost = node.flow === true && !path.some((above) => isCollection(above) && above.flow === true);
      const [start, end] = node.range!;
      const isOneLine = !text.slice(start, end).includes("\n");
      const columns = end - (text.lastIndexOf("\n", start) + 1);
      if (isOutermost && node.items.length > 0 && !(isOneLine && columns <= MOST_COLUMNS))
        broad.push({ index, isOneLine });
      index += 1;
    },
  });
  return broad;
}

function breakUp(node: Collection, isOneLine: boolean): void {
  node.flow = false;
  // Behind a brace it was beside the whole; behind a block it would stand at its end.
  if (!isOneLine || node.comment === undefined || node.comment === null) return;
  node.commentBefore = [node.commentBefore, node.comment].filter(Boolean).join("\n");
  node.comment = null;
}

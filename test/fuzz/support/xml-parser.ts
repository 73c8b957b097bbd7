// XML as saxes reads it, and our tokens of it in the same shape.

import { SaxesParser } from "saxes";
import type { Parser, Reading } from "./parser.ts";

export const XML: Parser = {
  parse: readWithSaxes,
  assemble: (tokens) =>
    tokens.flatMap(({ kind, text }, index) => {
      const before = tokens[index - 1];
      const isRaw = before?.kind === "mark" && /^<[?!]/.test(before.text);
      return isRaw ? [] : [kind === "mark" ? { mark: text } : text];
    }),
};

/** Of what stands before the root element, and of instructions, only that they are there. */
function readWithSaxes(file: string): Reading {
  const found: Reading[] = [];
  let [text, depth] = ["", 0];
  const endText = () => {
    if (depth > 0) found.push(text);
    text = "";
  };
  const parser = new SaxesParser({ forceXMLVersion: true, defaultXMLVersion: "1.0" });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("xmldecl", () => found.push({ mark: "<?xml" }));
  parser.on("processinginstruction", ({ target }) => found.push({ mark: `<?${target}` }));
  parser.on("doctype", () => found.push({ mark: "<!DOCTYPE" }));
  parser.on("text", (part) => (text += part));
  parser.on("cdata", (part) => (text += part));
  parser.on("opentag", ({ name, attributes }) => {
    endText();
    found.push({ mark: "<" }, name, ...Object.entries(attributes).flat());
    depth += 1;
  });
  parser.on("closetag", ({ isSelfClosing }) => {
    if (!isSelfClosing) endText();
    found.push({ mark: "</" });
    depth -= 1;
  });
  parser.write(file.replace(/^\uFEFF/, "")).close();
  return found;
}

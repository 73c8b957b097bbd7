// YAML as the package `yaml` reads it without types, and our tokens of it put together.

import { parseAllDocuments } from "yaml";
import type { Token } from "../../../agent/formats/readers/scanner.ts";
import type { Parser, Reading } from "./parser.ts";

export const YAML: Parser = {
  parse(file) {
    const documents = parseAllDocuments(file, { schema: "failsafe", logLevel: "silent" });
    return [...documents].map((document) => {
      const [error] = document.errors;
      if (error) throw error;
      return shapeYaml(document.toJS({ mapAsMap: true, maxAliasCount: -1 }));
    });
  },
  assemble: (tokens) => new YamlAssembler(tokens).assemble(),
};

function shapeYaml(value: unknown): Reading {
  if (Array.isArray(value)) return value.map(shapeYaml);
  if (value instanceof Map) return { map: [...value].map(([key, member]) => [shapeYaml(key), shapeYaml(member)]) };
  return value ?? "";
}

class YamlAssembler {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  assemble(): Reading {
    const documents: Reading[] = [];
    while (this.#next < this.#tokens.length) {
      this.#next += 1;
      documents.push(this.#readNode());
    }
    return documents;
  }

  #readNode(): Reading {
    const token = this.#tokens[this.#next];
    this.#next += 1;
    if (token === undefined) throw new Error("the tokens end too early");
    if (token.kind !== "mark") return token.text;
    if (token.text.startsWith("!")) return this.#readNode();
    const isMap = token.text.startsWith("{");
    const nodes: Reading[] = [];
    while (!this.#isMark(isMap ? "}" : "]")) nodes.push(this.#readNode());
    this.#next += 1;
    if (!isMap) return nodes;
    return { map: nodes.flatMap((node, index) => (index % 2 === 0 ? [[node, nodes[index + 1]]] : [])) };
  }

  #isMark(text: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.kind === "mark" && token.text === text;
  }
}

// TOML as smol-toml reads it, and our tokens of it put together.

import { parse, TomlDate } from "smol-toml";
import type { Token } from "../../../agent/formats/readers/scanner.ts";
import type { Parser, Reading } from "./parser.ts";

export const TOML: Parser = {
  parse: (file) => shapeToml(parse(file, { integersAsBigInt: true })),
  assemble: (tokens, file) => new TomlAssembler(tokens, file).assemble(),
};

function shapeToml(value: unknown): Reading {
  if (typeof value === "string") return value;
  if (value instanceof TomlDate) return { date: value.toISOString() };
  if (Array.isArray(value)) return value.map(shapeToml);
  return typeof value === "object" && value !== null ? shapeTable(Object.entries(value), shapeToml) : { bare: value };
}

function shapeTable<Value>(members: Iterable<readonly [string, Value]>, shape: (value: Value) => Reading): Reading {
  const pairs = [...members].map(([key, value]) => [key, shape(value)] as const);
  return { table: pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}

type TomlNode = { readonly leaf: Reading } | TomlNode[] | Map<string, TomlNode>;

class TomlAssembler {
  readonly #tokens: readonly Token[];
  readonly #file: string;
  readonly #root = new Map<string, TomlNode>();
  #next = 0;

  constructor(tokens: readonly Token[], file: string) {
    this.#tokens = tokens;
    this.#file = file;
  }

  assemble(): Reading {
    let table = this.#root;
    while (this.#next < this.#tokens.length) {
      if (this.#peek().kind === "mark") table = this.#openTable();
      else this.#readPair(table);
    }
    return shapeNode(this.#root);
  }

  #peek(): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Error("the tokens end too early");
    return token;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  /** The keys of a header are those on its line. */
  #openTable(): Map<string, TomlNode> {
    const { text, start } = this.#take();
    const lineEnd = `${this.#file}\n`.indexOf("\n", start);
    const path: string[] = [];
    while ((this.#tokens[this.#next]?.start ?? lineEnd) < lineEnd) path.push(this.#take().text);
    const name = path.pop() ?? "";
    const parent = descend(this.#root, path);
    if (text === "]") return descend(parent, [name]);
    const found = parent.get(name);
    const tables = Array.isArray(found) ? found : [];
    const table = new Map<string, TomlNode>();
    tables.push(table);
    parent.set(name, tables);
    return table;
  }

  #readPair(table: Map<string, TomlNode>): void {
    const path: string[] = [];
    while (this.#peek().kind !== "mark") path.push(this.#take().text);
    this.#take();
    const name = path.pop() ?? "";
    descend(table, path).set(name, this.#readValue());
  }

  #readValue(): TomlNode {
    const { kind, text } = this.#take();
    if (kind !== "mark") return { leaf: kind === "text" ? text : shapeWord(text) };
    const closer = text === "[" ? "]" : "}";
    const items: TomlNode[] = [];
    const table = new Map<string, TomlNode>();
    while (this.#peek().kind !== "mark" || this.#peek().text !== closer) {
      if (text === "[") items.push(this.#readValue());
      else this.#readPair(table);
    }
    this.#take();
    return text === "[" ? items : table;
  }
}

function descend(from: Map<string, TomlNode>, path: readonly string[]): Map<string, TomlNode> {
  let table = from;
  for (const name of path) {
    const found = table.get(name) ?? new Map<string, TomlNode>();
    table.set(name, found);
    const last = Array.isArray(found) ? found.at(-1) : found;
    if (!(last instanceof Map)) throw new Error("a key leads through a value");
    table = last;
  }
  return table;
}

function shapeNode(node: TomlNode): Reading {
  if (Array.isArray(node)) return node.map(shapeNode);
  return node instanceof Map ? shapeTable(node, shapeNode) : node.leaf;
}

function shapeWord(word: string): Reading {
  if (word === "true" || word === "false") return { bare: word === "true" };
  if (/^\d{4}-|^\d\d:/.test(word)) return { date: new TomlDate(word).toISOString() };
  const plain = word.replaceAll("_", "");
  if (/^0[xob]/.test(plain)) return { bare: BigInt(plain) };
  if (/^[+-]?\d+$/.test(plain)) return { bare: BigInt(plain.replace(/^\+/, "")) };
  return { bare: Number(plain.replace("inf", "Infinity").replace("nan", "NaN")) };
}

// One value of the operator's YAML with its name and its place, so that every refusal can point at it. Pure.

import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type Node } from "yaml";
import { suggest } from "../nearest.ts";
import { parseDecimal } from "../number.ts";
import type { Position, Problem } from "../refusal.ts";

/** A parsed file, and where the problems found in it are collected. */
export interface YamlSource {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: Problem[];
}

export class Field {
  /** Dotted name from the top of the file: `apps.db.memory.min`. */
  readonly path: string;
  readonly source: YamlSource;
  private readonly node: Node | null;
  private readonly keyNode: Node | null;

  constructor(source: YamlSource, path: string, node: Node | null, keyNode: Node | null = null) {
    this.source = source;
    this.path = path;
    this.node = isAlias(node) ? (node.resolve(source.document) ?? null) : node;
    this.keyNode = keyNode;
  }

  get at(): Position {
    const offset = (this.node?.range ?? this.keyNode?.range)?.[0] ?? 0;
    return this.positionAt(offset);
  }

  get isEmpty(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  refuse(what: string, fix: string, at = this.at): void {
    this.source.problems.push({ what: this.path === "" ? what : `${this.path}: ${what}`, fix, at });
  }

  /** The entries of a mapping whose keys the operator chooses. */
  entries(): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    if (this.isEmpty) return fields;
    if (!isMap(this.node)) {
      this.refuse(
        `expected a mapping, found ${this.found()}`,
        "Write it as `name: value` lines, indented below the key.",
      );
      return fields;
    }
    for (const pair of this.node.items) {
      const keyNode = pair.key as Node;
      const key = isScalar(keyNode) ? String(keyNode.value) : String(keyNode);
      fields.set(
        key,
        new Field(this.source, this.path === "" ? key : `${this.path}.${key}`, pair.value as Node | null, keyNode),
      );
    }
    return fields;
  }

  /** The entries of a mapping whose keys are ours; any other key is refused with the nearest known one. */
  known(keys: readonly string[]): ReadonlyMap<string, Field> {
    const fields = this.entries();
    for (const [key, field] of fields) {
      if (keys.includes(key)) continue;
      const where = this.path === "" ? "" : ` in ${this.path}`;
      this.source.problems.push({ what: `unknown key '${key}'${where}`, fix: suggest(key, keys), at: field.keyAt });
    }
    return fields;
  }

  items(): readonly Field[] {
    if (this.isEmpty) return [];
    if (isSeq(this.node)) {
      return this.node.items.map((item, index) => new Field(this.source, `${this.path}[${index}]`, item as Node));
    }
    this.refuse(`expected a list, found ${this.found()}`, "Write it as `- item` lines, or as [a, b].");
    return [];
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  /** The scalar as YAML reads it, else undefined (and no refusal). */
  scalar(): string | number | boolean | undefined {
    const value: unknown = isScalar(this.node) ? this.node.value : undefined;
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;
  }

  /** A text or a number, letter for letter as it stands there: YAML reads 0x1F, 1e3 and +5 as numbers. Undefined: neither. */
  spelling(): string | undefined {
    const value = this.scalar();
    if (typeof value === "number" && isScalar(this.node)) return this.node.source ?? String(value);
    return typeof value === "string" ? value : undefined;
  }

  /** The text at a key of a mapping; undefined (and no refusal) where there is none. */
  peek(key: string): string | undefined {
    const value: unknown = isMap(this.node) ? this.node.get(key) : undefined;
    return typeof value === "string" ? value : undefined;
  }

  text(): string | undefined {
    const value = this.scalar();
    if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
    this.refuse(
      `expected text, found ${this.found()}`,
      typeof value === "string" ? "Give it a value." : "Put it in quotes.",
    );
    return undefined;
  }

  choice<Choice extends string>(choices: readonly Choice[]): Choice | undefined {
    const value = this.scalar();
    const choice = choices.find((known) => known === value);
    if (choice === undefined) {
      this.refuse(`expected ${choices.join(" or ")}, found ${this.found()}`, suggest(String(value), choices));
    }
    return choice;
  }

  boolean(): boolean | undefined {
    const value = this.scalar();
    if (typeof value === "boolean") return value;
    this.refuse(`expected true or false, found ${this.found()}`, "Write true or false, without quotes.");
    return undefined;
  }

  number(least: number, most: number): number | undefined {
    const value = typeof this.scalar() === "number" ? parseDecimal(this.spelling() ?? "", least, most) : null;
    if (value !== null) return value;
    this.refuse(
      `expected a number from ${least} to ${most}, found ${this.found()}`,
      "Write a plain number, without quotes.",
    );
    return undefined;
  }

  /** Any YAML as plain data. */
  data(): unknown {
    return this.node?.toJS(this.source.document) as unknown;
  }

  /** What stands there, in words that fit after "found". */
  found(): string {
    if (this.isEmpty) return "nothing";
    if (isMap(this.node)) return "a mapping";
    if (isSeq(this.node)) return "a list";
    const value = this.scalar();
    if (typeof value === "string") return value === "" ? "empty text" : `'${value.slice(0, 60)}'`;
    return `the ${typeof value} ${this.spelling() ?? String(value)}`;
  }

  get keyAt(): Position {
    return this.positionAt(this.keyNode?.range?.[0] ?? 0);
  }

  private positionAt(offset: number): Position {
    const { line, col } = this.source.lines.linePos(offset);
    return { file: this.source.file, line: Math.max(1, line), column: Math.max(1, col) };
  }
}

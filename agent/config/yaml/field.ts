// One value of the operator's YAML with its name and its place, so that every refusal can point at it. Pure.

import { isAlias, isMap, isScalar, isSeq, type Alias, type Node, type Scalar } from "yaml";
import { nearestOf, suggest } from "../../nearest.ts";
import { parseDecimal } from "../../number.ts";
import { orderedMap } from "../../ordered-map.ts";
import type { Position, Problem } from "../../refusal.ts";
import { Written } from "../../written.ts";
import type { KeyRules } from "../keys/rule.ts";
import { adviseList, adviseMapping, missingBlank } from "./advise-shape.ts";

/** A parsed file, and where the problems found in it are collected. */
export interface YamlSource {
  placeOf(offset: number): Position;
  /** How many there are in the file, aliases written out. */
  readonly values: number;
  /** What each of its aliases stands for. */
  readonly aliases: ReadonlyMap<Alias, Node>;
  readonly problems: Problem[];
}

/** What stands at each key that is there. */
export type Known<Rules extends KeyRules> = ReadonlyMap<keyof Rules & string, Field>;

export class Field {
  /** Dotted name from the top of the file: `apps.db.memory.min`. */
  readonly path: string;
  readonly source: YamlSource;
  private readonly node: Node | null;
  /** Where it stands: an alias, not what it stands for. */
  private readonly place: Node | null;
  private readonly keyNode: Node | null;
  /** The known keys that an unknown one may stand for. */
  private readonly meant = new Set<string>();

  constructor(source: YamlSource, path: string, node: Node | null, keyNode: Node | null = null) {
    this.source = source;
    this.path = path;
    this.node = resolve(source, node);
    this.place = node;
    this.keyNode = keyNode;
  }

  get at(): Position {
    const offset = (this.place?.range ?? this.keyNode?.range)?.[0] ?? 0;
    return this.source.placeOf(offset);
  }

  get isEmpty(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  refuse(what: string, fix: string, at = this.at): void {
    this.source.problems.push({ what: this.path === "" ? what : `${this.path}: ${what}`, fix, at });
  }

  /** A key that has to be there. Says nothing where a misspelt one was told of, or that this is no mapping at all. */
  refuseMissing(key: string, fix: string): void {
    if (!this.isEmpty && !isMap(this.node)) return;
    if (!this.meant.has(key)) this.refuse(`has no ${key}`, fix);
  }

  /**
   * The entries of a mapping whose keys the operator chooses.
   * @param writeOut what a lone text or number here was most likely meant for, written out
   */
  entries(writeOut?: (scalar: string) => string): ReadonlyMap<string, Field> {
    const fields = new Map<string, Field>();
    if (this.isEmpty) return fields;
    if (!isMap(this.node)) {
      const fix = isSeq(this.node)
        ? "Take the dashes away: its entries are `name: value` lines."
        : adviseMapping(this.spelling(), writeOut);
      this.refuse(`expected a mapping, found ${this.found()}`, fix);
      return fields;
    }
    for (const pair of this.node.items) {
      const key = textOfKey(pair.key as Scalar);
      const path = this.path === "" ? key : `${this.path}.${key}`;
      fields.set(key, new Field(this.source, path, pair.value as Node | null, pair.key as Node));
    }
    return fields;
  }

  /** The entries of a mapping whose keys are ours. Refuses any other key with the nearest known one, and the lack of one that has to be there. */
  known<Rules extends KeyRules>(rules: Rules, writeOut?: (scalar: string) => string): Known<Rules> {
    const keys = Object.keys(rules);
    const fields = this.entries(writeOut);
    for (const [key, field] of fields) {
      if (keys.includes(key)) continue;
      const where = this.path === "" ? "" : ` in ${this.path}`;
      const fix = missingBlank(key) ?? suggest(key, keys);
      for (const close of nearestOf(key, keys)) this.meant.add(close);
      this.source.problems.push({ what: `unknown key '${key.slice(0, 80)}'${where}`, fix, at: field.keyAt });
    }
    for (const [key, { missing }] of Object.entries(rules))
      if (missing !== undefined && !fields.has(key)) this.refuseMissing(key, missing);
    return fields;
  }

  items(): readonly Field[] {
    if (this.isEmpty) return [];
    if (isSeq(this.node)) {
      return this.node.items.map((item, index) => new Field(this.source, `${this.path}[${index}]`, item as Node));
    }
    const fix = isMap(this.node)
      ? "Put a dash before the first key of each entry: `- key: value`."
      : adviseList(this.spelling() ?? "");
    this.refuse(`expected a list, found ${this.found()}`, fix);
    return [];
  }

  get isList(): boolean {
    return isSeq(this.node);
  }

  get isMapping(): boolean {
    return isMap(this.node);
  }

  /** The scalar as YAML reads it, else undefined (and no refusal). */
  scalar(): string | number | boolean | undefined {
    const value = this.written();
    return value instanceof Written ? value.value : value;
  }

  /** The scalar, a number or truth with its spelling; else undefined (and no refusal). */
  written(): string | Written | undefined {
    const value = isScalar(this.node) ? plainScalar(this.node) : null;
    return value ?? undefined;
  }

  /** A text or a number, letter for letter as it stands there: YAML reads 0x1F, 1e3 and +5 as numbers. Undefined: neither. */
  spelling(): string | undefined {
    const value = this.written();
    if (!(value instanceof Written)) return value;
    return typeof value.value === "number" ? value.text : undefined;
  }

  /** The text at a key of a mapping; undefined (and no refusal) where there is none. */
  peek(key: string): string | undefined {
    if (!isMap(this.node)) return undefined;
    const pair = this.node.items.find((item) => textOfKey(item.key as Scalar) === key);
    const value = resolve(this.source, (pair?.value ?? null) as Node | null);
    return isScalar(value) && typeof value.value === "string" ? value.value : undefined;
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

  choice<Choice extends string>({ choices }: { readonly choices: readonly Choice[] }): Choice | undefined {
    const value = this.scalar();
    const choice = choices.find((known) => known === value);
    if (choice === undefined) {
      const isClose = nearestOf(String(value), choices).length > 0;
      const fix = isClose ? suggest(String(value), choices) : "Write one of these.";
      this.refuse(`expected ${choices.join(" or ")}, found ${this.found()}`, fix);
    }
    return choice;
  }

  boolean(): boolean | undefined {
    const value = this.scalar();
    if (typeof value === "boolean") return value;
    this.refuse(`expected true or false, found ${this.found()}`, "Write true or false, without quotes.");
    return undefined;
  }

  number({ least, most }: { readonly least: number; readonly most: number }): number | undefined {
    const value = typeof this.scalar() === "number" ? parseDecimal(this.spelling() ?? "", least, most) : null;
    if (value !== null) return value;
    const number = this.scalar();
    const isOutside = typeof number === "number" && !(number >= least && number <= most);
    const isQuoted = typeof number === "string" && parseDecimal(number, least, most) !== null;
    const inRange = `Write ${least} at least, ${most} at most.`;
    const fix = isOutside ? inRange : `Write a plain number${isQuoted ? ", without quotes" : ""}.`;
    this.refuse(`expected a number from ${least} to ${most}, found ${this.found()}`, fix);
    return undefined;
  }

  /** Any YAML as plain data; numbers, true and false are `Written`. */
  data(): unknown {
    return dataOf(this.source, this.node);
  }

  /** What stands there, in words that fit after "found". */
  found(): string {
    if (this.isEmpty) return "nothing";
    if (isMap(this.node)) return "a mapping";
    if (isSeq(this.node)) return "a list";
    const value = this.written();
    if (value instanceof Written) return `the ${typeof value.value} ${value.text.slice(0, 60)}`;
    return value === "" ? "empty text" : `'${String(value).slice(0, 60)}'`;
  }

  get keyAt(): Position {
    return this.source.placeOf(this.keyNode?.range?.[0] ?? 0);
  }
}

function resolve({ aliases }: YamlSource, node: Node | null): Node | null {
  return isAlias(node) ? (aliases.get(node) ?? null) : node;
}

/** A key as it is written: `8.0` and not 8. */
export function textOfKey({ value, source }: Scalar): string {
  return typeof value === "string" ? value : (source ?? String(value));
}

function plainScalar({ value, source }: Scalar): string | Written | null {
  if (typeof value === "number" || typeof value === "boolean") return new Written(source ?? String(value), value);
  return typeof value === "string" ? value : null;
}

function dataOf(source: YamlSource, node: Node | null): unknown {
  const resolved = resolve(source, node);
  if (isSeq(resolved)) return resolved.items.map((item) => dataOf(source, item as Node));
  if (isScalar(resolved)) return plainScalar(resolved);
  if (!isMap(resolved)) return null;
  return orderedMap(
    resolved.items.map(({ key, value }) => [textOfKey(key as Scalar), dataOf(source, value as Node | null)] as const),
  );
}

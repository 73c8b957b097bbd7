// Refuses what YAML allows but nobody means, in a tree that the parser has read: dangling aliases, duplicate keys, merge
// keys, types of other programs. Drops nothing. Resolves every alias, too. Pure.

import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import { nameInvisible } from "../../names/invisible.ts";
import { nearest } from "../../nearest.ts";
import { explainBlank, findBlank } from "./explain-blank.ts";
import { textOfKey } from "./field.ts";
import { MOST_NESTED, MOST_VALUES } from "./yaml-tokens.ts";

export interface YamlObjection {
  readonly what: string;
  readonly fix: string;
  readonly offset: number;
}

interface CheckedYaml {
  /** How many there are, aliases written out. */
  readonly values: number;
  readonly aliases: ReadonlyMap<Alias, Node>;
  readonly objections: readonly YamlObjection[];
}

export function checkYaml(contents: Node | null, lineOf: (offset: number) => number): CheckedYaml {
  const check = new Check(lineOf);
  if (contents !== null) check.values = check.node(contents, "").values;
  return check;
}

/** How much a value is, each of its aliases written out. */
interface Extent {
  readonly values: number;
  readonly depth: number;
}

class Check implements CheckedYaml {
  values = 0;
  readonly aliases = new Map<Alias, Node>();
  readonly objections: YamlObjection[] = [];
  readonly #lineOf: (offset: number) => number;
  /** What each anchor stands for, as far as the text has been read. */
  readonly #anchors = new Map<string, Node>();
  /** Of what has been read to its end. */
  readonly #extents = new Map<Node, Extent>();
  #isTooLarge = false;

  constructor(lineOf: (offset: number) => number) {
    this.#lineOf = lineOf;
  }

  node(node: Node, path: string): Extent {
    if (isAlias(node)) return this.#alias(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#tag(node);
    if (isScalar(node)) this.#blank(node);
    const extent = this.#sum(this.#members(node, path));
    this.#extents.set(node, extent);
    if (extent.values > MOST_VALUES) this.#refuseSize(node, `more than ${MOST_VALUES} values`);
    if (extent.depth > MOST_NESTED) this.#refuseSize(node, `values that nest more than ${MOST_NESTED} deep`);
    return extent;
  }

  #members(node: Node, path: string): Extent[] {
    if (isSeq(node)) return node.items.map((item, index) => this.node(item as Node, `${path}[${index}]`));
    if (!isMap(node)) return [];
    this.#keys(node, path);
    return node.items.map(({ key, value }) => {
      const name = isScalar(key) ? textOfKey(key) : "?";
      return value === null ? LEAF : this.node(value as Node, path === "" ? name : `${path}.${name}`);
    });
  }

  #sum(members: readonly Extent[]): Extent {
    return members.reduce(
      (sum, { values, depth }) => ({ values: sum.values + values, depth: Math.max(sum.depth, depth + 1) }),
      LEAF,
    );
  }

  #alias(alias: Alias): Extent {
    const { source } = alias;
    const target = this.#anchors.get(source);
    if (target === undefined) {
      const close = this.#anchors.size > MOST_SUGGESTED ? null : nearest(source, this.#anchors.keys());
      const fix =
        close === null
          ? `Write &${source} before the value that it stands for, or write the value out`
          : `Did you mean *${close}?`;
      const quotes = /^[\w-]+$/.test(source) ? "" : `; if it is text, put it in quotes: "*${source}"`;
      this.#refuse(
        alias,
        `no anchor &${source} stands above the alias *${source} in this file`,
        close === null ? `${fix}${quotes}.` : fix,
      );
      return LEAF;
    }
    this.aliases.set(alias, target);
    const extent = this.#extents.get(target);
    if (extent === undefined)
      this.#refuse(alias, `the alias *${source} is inside the value that it stands for`, "Write the value out.");
    return extent ?? LEAF;
  }

  /** `!!str 0027` is text and a part of YAML; `!foo` and `!!set` are for programs that know them. */
  #tag(node: Node): void {
    if (node.tag === undefined) return;
    const name = node.tag.replace(/^tag:yaml\.org,2002:/, "!!");
    if (isTagged(node, name)) return;
    const fix = `Take it out; if the value is text that begins with !, put it in quotes. Known: ${[...TAGS.keys()].join(", ")}.`;
    this.#refuse(node, `parbake does not know the type ${name.slice(0, 60)}, or the value is not of it`, fix);
  }

  #keys(map: YAMLMap, path: string): void {
    const seen = new Map<string, Scalar>();
    for (const pair of map.items) {
      const key = this.#key(pair, map);
      if (key === null) continue;
      const text = textOfKey(key);
      const earlier = seen.get(text);
      if (earlier === undefined) seen.set(text, key);
      else this.#refuseTwice(text, path, earlier, key);
    }
  }

  /** Null where it has been refused. */
  #key({ key, value }: Pair, map: YAMLMap): Scalar | null {
    if (!isScalar(key)) {
      this.#refuse((key ?? value) as Node | null, ...explainKey(key, map));
      return null;
    }
    this.#tag(key);
    if (key.anchor !== undefined) this.#refuse(key, "a key has an anchor", "Put the anchor before a value.");
    if (key.value === null && !key.source)
      this.#refuse(key, "a key is missing before the colon", 'Write it; if it is empty text, write "".');
    this.#invisible(key);
    if (key.source === "<<" && key.type === "PLAIN") this.#refuse(key, ...MERGE);
    return key;
  }

  /** In a key without quotes an invisible character is a mistake: it makes another key of it. */
  #invisible(key: Scalar): void {
    const found = key.type === "PLAIN" ? nameInvisible(textOfKey(key)) : null;
    if (found === null) return;
    this.#refuse(
      key,
      `a key has an invisible character in it, ${found}`,
      "Take it out, or write a plain space in its place.",
    );
  }

  #blank(scalar: Scalar): void {
    const text = scalar.type === "PLAIN" ? textOfKey(scalar) : "";
    const at = findBlank(text) ?? (nameInvisible(text.slice(-1)) === null ? null : text.length - 1);
    if (at === null) return;
    const { what, fix } = explainBlank(text.slice(at));
    this.objections.push({ what, fix, offset: (scalar.range?.[0] ?? 0) + at });
  }

  #refuseTwice(key: string, path: string, earlier: Scalar, later: Scalar): void {
    const lines = [earlier, later].map(({ range }) => this.#lineOf(range?.[0] ?? 0));
    const where = lines[0] === lines[1] ? `both in line ${lines[0]}` : `lines ${lines.join(" and ")}`;
    const kind = KINDS.get(path);
    const place = kind !== undefined || path === "" ? "" : ` in ${path}`;
    const name = `${kind === undefined ? "" : `${kind} `}'${key.slice(0, 80)}'${place}`;
    const fix = path.endsWith("]")
      ? "Take one out; if the next entry of the list begins here, put a dash before it."
      : path === ""
        ? "Merge them into one."
        : "Take one out, or give it another name.";
    this.#refuse(later, `${name} is declared twice, ${where}`, fix);
  }

  /** Told once: the values around it are too large as well. */
  #refuseSize(node: Node, what: string): void {
    if (!this.#isTooLarge) this.#refuse(node, `there are ${what} here, aliases written out`, "Make it smaller.");
    this.#isTooLarge = true;
  }

  #refuse(node: Node | null, what: string, fix: string): void {
    this.objections.push({ what, fix, offset: node?.range?.[0] ?? 0 });
  }
}

const LEAF: Extent = { values: 1, depth: 0 };

/** Among more anchors none is suggested: the time would grow with the square of their number. */
const MOST_SUGGESTED = 100;

/** What the entries of a map of ours are called. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["apps", "app"],
  ["secrets", "secret"],
  ["vars", "variable"],
]);

const MERGE = [
  "YAML 1.2 has no merge keys (<<)",
  "Write the keys out, or anchor the whole value (&name) and repeat it as it is (*name).",
] as const;

/** YAML takes `{{` for a mapping in a mapping. */
export const BARE_BRACES = {
  what: "{{ is not in quotes",
  fix: "Put the whole value in quotes; parbake evaluates {{…}} in templates only.",
};

function explainKey(key: unknown, { range }: YAMLMap): [what: string, fix: string] {
  if (isMap(key) && key.range?.[0] === (range?.[0] ?? 0) + 1) return [BARE_BRACES.what, BARE_BRACES.fix];
  if (isMap(key)) return ["a mapping is used as a key", "Text that begins with { is put in quotes."];
  if (isSeq(key)) return ["a list is used as a key", "Text that begins with [ is put in quotes."];
  return ["an alias is used as a key", "Write the key out."];
}

const TAGS: ReadonlyMap<string, (node: Node) => boolean> = new Map(
  Object.entries({
    "!!str": (node: Node) => isScalar(node) && typeof node.value === "string",
    "!!int": (node: Node) => isScalar(node) && Number.isInteger(node.value),
    "!!float": (node: Node) => isScalar(node) && typeof node.value === "number",
    "!!bool": (node: Node) => isScalar(node) && typeof node.value === "boolean",
    "!!null": (node: Node) => isScalar(node) && node.value === null,
    "!!map": isMap,
    "!!seq": isSeq,
  }),
);

function isTagged(node: Node, name: string): boolean {
  return TAGS.get(name)?.(node) === true;
}

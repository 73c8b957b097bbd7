// Which keys and tables of a TOML file are there already: TOML allows each of them once.

interface Table {
  readonly kind: "table";
  /** Whether a header of its own has defined it. */
  isDefined: boolean;
  readonly members: Map<string, Member>;
}

type Member = Table | { readonly kind: "tables"; last: Table } | { readonly kind: "value" };

function emptyTable(isDefined: boolean): Table {
  return { kind: "table", isDefined, members: new Map() };
}

export class TomlKeys {
  readonly #root = emptyTable(true);
  #current = this.#root;

  /** Whether `[path]`, or `[[path]]` if `repeats`, may stand here. Keys that follow belong to it. */
  open(path: readonly string[], repeats: boolean): boolean {
    const parent = descend(this.#root, path.slice(0, -1));
    const name = path.at(-1)!;
    const found = parent?.members.get(name);
    if (!parent) return false;
    this.#current = emptyTable(true);
    if (found === undefined) {
      parent.members.set(name, repeats ? { kind: "tables", last: this.#current } : this.#current);
    } else if (repeats && found.kind === "tables") found.last = this.#current;
    else if (!repeats && found.kind === "table" && !found.isDefined) {
      found.isDefined = true;
      this.#current = found;
    } else return false;
    return true;
  }

  /** Whether `path = …` may stand here. */
  set(path: readonly string[]): boolean {
    const parent = descend(this.#current, path.slice(0, -1));
    const name = path.at(-1)!;
    if (!parent || parent.members.has(name)) return false;
    parent.members.set(name, { kind: "value" });
    return true;
  }
}

/** Makes the tables that are not there yet; null: the way leads through a value. */
function descend(from: Table, path: readonly string[]): Table | null {
  let table = from;
  for (const name of path) {
    const found = table.members.get(name) ?? emptyTable(false);
    if (found.kind === "value") return null;
    table.members.set(name, found);
    table = found.kind === "tables" ? found.last : found;
  }
  return table;
}

// Which keys and tables of a TOML file are there already: TOML allows each of them once.

interface Table {
  readonly kind: "table";
  /** By a header of its own, by the longer header of a table inside it, or by a dotted key. */
  madeBy: "header" | "inner header" | "key";
  readonly members: Map<string, Member>;
}

type Member = Table | { readonly kind: "tables"; last: Table } | { readonly kind: "value" };

function makeTable(madeBy: Table["madeBy"]): Table {
  return { kind: "table", madeBy, members: new Map() };
}

export class TomlKeys {
  readonly #root = makeTable("header");
  #current = this.#root;

  /** Whether `[path.name]`, or `[[path.name]]` if `repeats`, may stand here. Keys that follow belong to it. */
  open(path: readonly string[], name: string, repeats: boolean): boolean {
    const parent = followHeader(this.#root, path);
    if (!parent) return false;
    const found = parent.members.get(name);
    if (!repeats && found?.kind === "table" && found.madeBy === "inner header") {
      found.madeBy = "header";
      this.#current = found;
      return true;
    }
    this.#current = makeTable("header");
    if (repeats && found?.kind === "tables") found.last = this.#current;
    else if (found !== undefined) return false;
    else parent.members.set(name, repeats ? { kind: "tables", last: this.#current } : this.#current);
    return true;
  }

  /** Whether `path.name = …` may stand here. */
  set(path: readonly string[], name: string): boolean {
    const parent = followKey(this.#current, path);
    if (!parent || parent.members.has(name)) return false;
    parent.members.set(name, { kind: "value" });
    return true;
  }
}

/** Makes the tables that are not there yet; null: the way leads through a value. */
function followHeader(from: Table, path: readonly string[]): Table | null {
  let table = from;
  for (const name of path) {
    const found = table.members.get(name) ?? makeTable("inner header");
    if (found.kind === "value") return null;
    table.members.set(name, found);
    table = found.kind === "tables" ? found.last : found;
  }
  return table;
}

/** Likewise; null also where it leads through a table that a header made: that one is complete. */
function followKey(from: Table, path: readonly string[]): Table | null {
  let table = from;
  for (const name of path) {
    const found = table.members.get(name) ?? makeTable("key");
    if (found.kind !== "table" || found.madeBy !== "key") return null;
    table.members.set(name, found);
    table = found;
  }
  return table;
}

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { FLOORS } from "../../oxlint.config.ts";

const TOP = join(import.meta.dirname, "../..");
/** Of `import … from`, `export … from` and `import()`; of types too, for they tie rooms together as well. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g;

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

describe("the rooms of agent/", () => {
  const files = readImports();
  const rooms = joinRooms(files);

  it("are all on a floor, and every floor has its rooms", () => {
    const known = FLOORS.flat().map((room) => join("agent", room));
    assert.deepEqual([...rooms.keys()].filter((room) => !isEntry(room)).toSorted(), known.toSorted());
  });

  it("are in no circle, and neither are their files", () => {
    assert.deepEqual(findCircles(rooms), []);
    assert.deepEqual(findCircles(files), []);
  });

  it("import only from the floors below their own", () => {
    const floors = new Map(
      FLOORS.flatMap((floor, index) => floor.map((room) => [join("agent", room), index] as const)),
    );
    const upward = [...files].flatMap(([file, imported]) =>
      [...imported]
        .filter((other) => roomOf(other) !== roomOf(file) && heightOf(other, floors) >= heightOf(file, floors))
        .map((other) => `${file} -> ${other}`),
    );
    assert.deepEqual(upward, []);
  });

  it("would be found in a circle", () => {
    const circle = new Map([
      ["a", new Set(["b", "d"])],
      ["b", new Set(["c"])],
      ["c", new Set(["a"])],
      ["d", new Set<string>()],
    ]);
    assert.deepEqual(findCircles(circle), [["a", "b", "c"]]);
  });
});

function readImports(): Graph {
  const files = globSync("agent/**/*.ts", { cwd: TOP });
  const known = new Set(files);
  return new Map(
    files.map((file) => {
      const imports = readFileSync(join(TOP, file), "utf8").matchAll(IMPORT);
      const paths = [...imports].map(([, specifier = ""]) => relative(TOP, join(TOP, dirname(file), specifier)));
      for (const path of paths) assert.ok(known.has(path) || !path.endsWith(".ts"), `${file} imports ${path}`);
      return [file, new Set(paths.filter((path) => known.has(path)))];
    }),
  );
}

function joinRooms(files: Graph): Graph {
  const rooms = new Map<string, Set<string>>();
  for (const [file, imported] of files) {
    const others = [...imported].map(roomOf).filter((room) => room !== roomOf(file));
    rooms.set(roomOf(file), new Set([...(rooms.get(roomOf(file)) ?? []), ...others]));
  }
  return rooms;
}

/** agent/main.ts and agent/run.ts are rooms of their own: they stand above all others. */
function roomOf(file: string): string {
  return isEntry(file) ? file : dirname(file);
}

function isEntry(path: string): boolean {
  return path === "agent/main.ts" || path === "agent/run.ts";
}

// warm/ runs the whole of run.ts, and main.ts starts both.
function heightOf(file: string, floors: ReadonlyMap<string, number>): number {
  if (basename(file) === "main.ts" && isEntry(file)) return FLOORS.length;
  return isEntry(file) ? FLOORS.length - 1.5 : floors.get(dirname(file))!;
}

/** Each circle's members in order; whoever reaches itself is in one, with all that it reaches and that reach it. */
function findCircles(graph: Graph): string[][] {
  const reach = new Map([...graph.keys()].map((node) => [node, reachedFrom(node, graph)]));
  const inCircles = [...graph.keys()].filter((node) => reach.get(node)!.has(node));
  const circles = inCircles.map((node) =>
    inCircles.filter((other) => reach.get(node)!.has(other) && reach.get(other)!.has(node)).toSorted(),
  );
  return [...new Map(circles.map((circle) => [circle.join(" "), circle])).values()];
}

function reachedFrom(node: string, graph: Graph): Set<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(node) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(graph.get(next) ?? []));
  }
  return reached;
}

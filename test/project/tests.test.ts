// What holds for every test: that an expected error is named, that helpers are told from tests by their place, and that what a
// test makes on the disk goes again.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TOP = join(import.meta.dirname, "../..");

/** Without this one, which has examples of what it finds. */
const FILES = globSync("test/**/*.ts", { cwd: TOP }).filter((file) => !import.meta.filename.endsWith(file));
const readFile = (file: string): string => readFileSync(join(TOP, file), "utf8");

describe("the tests", () => {
  it("say of every error that they expect which one it is", () => {
    const unnamed = FILES.flatMap((file) => findUnnamedErrors(readFile(file)).map((line) => `${file}:${line}`));
    assert.deepEqual(unnamed, []);
  });

  it("are all run by scripts/test, each kind by one of its two processes", () => {
    const kinds = new Set(FILES.filter((file) => file.endsWith(".test.ts")).map((file) => file.split("/")[1]!));
    const run = [...readFile("scripts/test").matchAll(/"test\/\{([a-z0-9,]+)\}\/\*\*\/\*\.test\.ts"/g)];
    assert.equal(run.length, 2);
    assert.deepEqual(run.flatMap(([, list]) => list!.split(",")).toSorted(), [...kinds].toSorted());
  });

  it("lie outside of the folders named support, and their helpers within", () => {
    const isTest = (file: string) => file.endsWith(".test.ts");
    const isHelper = (file: string) => file.includes("/support/");
    assert.deepEqual(
      FILES.filter((file) => isTest(file) === isHelper(file)),
      [],
    );
  });

  it("make their folders by test/support/folders.ts, which removes them, where they are no machine's own", () => {
    const kinds = FILES.filter((file) => /^test\/(unit|binary|project)\//.test(file));
    assert.deepEqual(
      kinds.filter((file) => /\bmkdtemp(Sync)?\(/.test(readFile(file))),
      [],
    );
  });

  it("are used by nothing that users run: the emulator, the fleet, the simulation and the demo", () => {
    const files = ["scripts/demo.ts", ...globSync("scripts/{emulator,fleet,simulation}/*.ts", { cwd: TOP })];
    assert.ok(files.length > 10);
    assert.deepEqual(
      files.filter((file) => /from "[./]+\/test\//.test(readFile(file))),
      [],
    );
  });
});

describe("an error that a test expects", () => {
  for (const [source, lines] of [
    ["assert.throws(() => f(1, 2));", [1]],
    ["a();\nawait assert.rejects(f([1, 2], { a: 1, b }));", [2]],
    ["assert.throws(() => f(/[,)]/, `,${1}`, ','));", [1]],
    ["assert.throws(\n  () => f(),\n);", [1]],
    ['assert.throws(() => f(), "it is refused");', [1]],
    ["assert.throws(() => f(), /refused/);", []],
    ["assert.throws(\n  () => f(1, 2),\n  { name: 'A' },\n);", []],
    ["assert.rejects(f(), Refusal, title);", []],
  ] as const)
    it(`is ${lines.length === 0 ? "named" : "not named"} by ${JSON.stringify(source)}`, () =>
      assert.deepEqual(findUnnamedErrors(source), lines));
});

/** The lines of `throws` and `rejects` without a matcher; a text in its place is only what is said of a failure. */
function findUnnamedErrors(source: string): number[] {
  return [...source.matchAll(/\bassert\.(?:throws|rejects)\(/g)]
    .filter(({ index, 0: call }) => !hasMatcher(source, index + call.length))
    .map(({ index }) => source.slice(0, index).split("\n").length);
}

const STRING = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/;
const COMMENT = /\/\/[^\n]*|\/\*[^]*?\*\//;
/** A slash that divides stands after a value. */
const REGEXP = /(?<=[(,=:[!&|?{};>]\s*)\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\n])+\//;
const TOKEN = new RegExp([COMMENT, STRING, REGEXP, /[()[\]{},]/].map(({ source }) => source).join("|"), "g");

/** Whether the call whose first argument begins at `start` has a second one, which is no text. */
function hasMatcher(source: string, start: number): boolean {
  let depth = 0;
  for (const { 0: token, index } of source.slice(start).matchAll(TOKEN)) {
    if ("([{".includes(token)) depth += 1;
    else if (")]}".includes(token) && --depth < 0) return false;
    else if (token === "," && depth === 0) return /^\s*[^\s)"'`]/.test(source.slice(start + index + 1));
  }
  return false;
}

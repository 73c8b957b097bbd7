// agent/tuning/ADD.md adds a profile that is there, so that following the page from a tree without it has to lead to the tree that is.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "../support/folders.ts";
import { followSteps, readSteps, type Tree, undoSteps } from "./support/follow-page.ts";

const TOP = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(TOP, file), "utf8");

const page = read("agent/tuning/ADD.md");
const steps = readSteps(page);
const SOURCES = "{agent,scripts,templates,test}/**/*.{ts,mjs,hbs}";
const tree: Tree = new Map(globSync(SOURCES, { cwd: TOP }).map((file) => [file, read(file)]));

/** This file's own expectations name the example; a load is for where it applies. */
const NO_STEPS = /^(?:test\/project\/add-profile\.test\.ts|scripts\/loads\/.*)$/;
const EXAMPLE = /\bnats\b/i;

describe("the page that adds a profile", () => {
  let without: Tree;

  before(() => {
    without = undoSteps(tree, steps);
  });

  it("leads from a tree without the profile to the tree that is, file by file", () => {
    assert.ok(steps.length >= 10, `${steps.length} steps`);
    const after = followSteps(without, steps);
    for (const [file, text] of tree) assert.deepEqual(sortLines(after.get(file) ?? ""), sortLines(text), file);
    assert.equal(after.size, tree.size);
  });

  it("leaves nothing out: without its steps no source names the profile", () => {
    const named = [...without].filter(([file, text]) => EXAMPLE.test(text) && !NO_STEPS.test(file));
    assert.deepEqual(
      named.map(([file]) => file),
      [],
    );
  });

  describe("in a copy of the tree", function () {
    this.timeout(120_000);
    let copy: string;

    before(() => {
      copy = makeFolder(tmpdir(), "add-profile", "run");
      for (const name of ["agent", "scripts", "templates", "test", "package.json", "tsconfig.json", ".mocharc.json"])
        cpSync(join(TOP, name), join(copy, name), { recursive: true });
      symlinkSync(join(TOP, "node_modules"), join(copy, "node_modules"));
    });

    function write(wanted: Tree): void {
      for (const file of new Set(steps.map((step) => step.file))) {
        const text = wanted.get(file);
        const path = join(copy, file);
        if (text === undefined) rmSync(path, { force: true });
        else {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        }
      }
    }

    function runTests(...files: readonly string[]): { status: number | null; said: string } {
      const argv = [join(TOP, "node_modules/mocha/bin/mocha.js"), ...files];
      const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: copy, encoding: "utf8" });
      return { status, said: stdout + stderr };
    }

    const CHECKS = ["test/project/additions.test.ts", "test/project/profiles.test.ts"];

    it("the checks hold before the first step", () => {
      write(without);
      const { status, said } = runTests(...CHECKS);
      assert.equal(status, 0, said);
      assert.doesNotMatch(said, EXAMPLE);
    });

    it("the checks and the profile's own test hold after the last step", () => {
      write(followSteps(without, steps));
      const { status, said } = runTests(...CHECKS, "test/unit/tuning/servers/nats.test.ts");
      assert.equal(status, 0, said);
      assert.match(said, EXAMPLE);
    });

    for (const { forgotten, fails } of readForgotten())
      it(`whoever forgets ${forgotten} is told by ${fails}`, () => {
        const file = { "its test": "test/unit/tuning/servers/nats.test.ts", "its template": "templates/nats.env.hbs" };
        const left = file[forgotten as keyof typeof file] ?? forgotten;
        const others = steps.filter((step) => step.file !== left);
        assert.ok(others.length < steps.length, `no step makes ${left}`);
        write(followSteps(without, others));
        const { status, said } = runTests(fails);
        assert.notEqual(status, 0, said);
        assert.match(said, EXAMPLE);
      });
  });
});

/** Other profiles may have come between the example's lines and those that the page shows above them. */
function sortLines(text: string): readonly string[] {
  return text.split("\n").toSorted();
}

/** The rows of the page's table whose file a step makes or changes. */
function readForgotten(): readonly { readonly forgotten: string; readonly fails: string }[] {
  const rows = page.matchAll(/^\| (`[^`]+`|its \w+) +\| `(test\/[^`]+)` +\|$/gm);
  return [...rows].map(([, forgotten, fails]) => ({ forgotten: forgotten!.replaceAll("`", ""), fails: fails! }));
}

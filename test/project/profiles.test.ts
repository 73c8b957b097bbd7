// What goes with a profile wherever it was added from: agent/tuning/ADD.md shows how.

import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { tuneAlone } from "../../agent/tuning/compute-tuning.ts";
import type { Settings } from "../../agent/tuning/profile/profile.ts";
import { PROFILES } from "../../agent/tuning/profiles.ts";
import { allot, GIB } from "../unit/support/alone.ts";
import { WITHOUT_TEMPLATE } from "../unit/support/ready-settings.ts";
import { findMissing, type ProfileEvidence } from "./support/judge-profile.ts";
import { readWithout } from "./support/read-without.ts";

const TOP = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(TOP, file), "utf8");

const templates = globSync("templates/*.hbs", { cwd: TOP }).map(read);
const tests = new Map(globSync("test/unit/tuning/*/*.test.ts", { cwd: TOP }).map((file) => [basename(file), file]));

/** `custom` has no settings of its own. */
const ANY_OPTIONS = { custom: { cacheSize: "memoryBytes / 2" } };

function settingsOf(name: string): Settings {
  const options = Object.entries(ANY_OPTIONS).find(([profile]) => profile === name)?.[1] ?? {};
  const result = tuneAlone(name, allot(16 * GIB, 4), options);
  assert.ok(result.kind === "tuned", `${name} does not fit in 16 GiB`);
  return result.settings;
}

describe("every profile has sources, a ready template or the reason why it has none, and values that a test knows", () => {
  for (const name of PROFILES.keys())
    it(name, () => {
      const file = tests.get(`${name}.test.ts`);
      const test = file === undefined ? null : read(file);
      const withoutTemplate = WITHOUT_TEMPLATE[name] ?? null;
      assert.deepEqual(findMissing({ name, settings: settingsOf(name), templates, withoutTemplate, test }), []);
    });
});

describe("a profile that lacks something", () => {
  const WHOLE: ProfileEvidence = {
    name: "go",
    settings: settingsOf("go"),
    templates: ["GOMEMLIMIT={{profiles.go.GOMEMLIMIT}}"],
    withoutTemplate: null,
    test: 'assert.equal(a, 1);\nassert.deepEqual(\n  b,\n  ["1m"],\n);\nassert.match(c, /1m/);',
  };
  const { GOMEMLIMIT } = WHOLE.settings;

  it("is told from one that lacks nothing", () => assert.deepEqual(findMissing(WHOLE), []));
  for (const source of ["", "a blog", "experience", "the documentation"])
    it(`is found by a source that cannot be looked up: '${source}'`, () =>
      assert.deepEqual(findMissing({ ...WHOLE, settings: { GOMEMLIMIT: { ...GOMEMLIMIT!, source } } }), [
        `the setting GOMEMLIMIT has no source that can be looked up: '${source}'`,
      ]));
  it("is found by its template, also where another profile's name begins like its own", () =>
    assert.deepEqual(findMissing({ ...WHOLE, templates: ["{{profiles.gopher.GOMEMLIMIT}}"] }), [
      "no template prints {{profiles.go.…}}",
    ]));
  it("may have a reason instead of a template, but no blank one, and not both", () => {
    const without = (shipped: readonly string[], withoutTemplate: string) =>
      findMissing({ ...WHOLE, templates: shipped, withoutTemplate });
    assert.deepEqual(without([], "its operator names its settings"), []);
    assert.deepEqual(without([], " "), ["it has no template, and no reason is given"]);
    assert.deepEqual(without(WHOLE.templates, "a reason"), ["it has a template, and a reason why it has none"]);
  });
  it("is found by its test, where there is none or only one that compares a formula with itself", () => {
    assert.deepEqual(findMissing({ ...WHOLE, test: null }), ["no test/unit/tuning/*/go.test.ts"]);
    const circular = "assert.equal(value, memory);\n".repeat(4);
    assert.deepEqual(findMissing({ ...WHOLE, test: circular }), [
      "its test compares 0 values with literals, 2 at least are expected",
    ]);
  });
});

describe("the programs without a profile", () => {
  const rows = readWithout(read("agent/tuning/WITHOUT.md"));

  it("are some, each once, in alphabetical order", () => {
    const names = rows.map(({ program }) => program);
    assert.ok(names.length >= 8, `${names.length} rows`);
    assert.deepEqual(names, [...new Set(names)].toSorted());
  });
  it("have no profile by that name", () =>
    assert.deepEqual(
      rows.map(({ program }) => program).filter((program) => PROFILES.has(program)),
      [],
    ));
  for (const { program, reason, sources } of rows)
    it(`${program}: says why, with a source to look it up and profiles that there are`, () => {
      assert.ok(reason.split(" ").length >= 8, `a sentence is expected, not '${reason}'`);
      assert.ok(sources.length > 0, "no link to a source");
      for (const source of sources) assert.match(source, /^https:\/\/[\w.-]+\.\w+\/\S+$/);
      const advised = /\b(?:Use|by) `([\w-]+)`/g;
      for (const [, profile] of reason.matchAll(advised)) assert.ok(PROFILES.has(profile!), `no profile ${profile}`);
    });
});

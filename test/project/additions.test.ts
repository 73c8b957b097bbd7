// What goes with a new profile and with a new format, where the compiler does not ask for it: see CONTRIBUTING.md.

import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { TEMPLATE_FORMATS } from "../../agent/formats/format-of.ts";
import { READERS } from "../../agent/formats/readers.ts";
import { OFFERED, PROGRAMS, UNITS, UNTOLD } from "../../agent/init/detection.ts";
import { PROFILES } from "../../agent/tuning/profiles.ts";

const TEST = join(import.meta.dirname, "..");

/** Their tests have properties of their own instead, or no number that could exceed a share. */
const PROVEN_OTHERWISE = ["custom", "jvm", "node", "postgresql", "sysctl"];

const read = (file: string): string => readFileSync(join(TEST, file), "utf8");

describe("every profile", () => {
  const tests = new Map(globSync("unit/tuning/*/*.test.ts", { cwd: TEST }).map((file) => [basename(file), file]));

  for (const name of PROFILES.keys())
    it(`has a test of its own, by which its promises are proven: ${name}`, () => {
      const file = tests.get(`${name}.test.ts`);
      assert.ok(file, `no test/unit/tuning/*/${name}.test.ts`);
      if (!PROVEN_OTHERWISE.includes(name)) assert.match(read(file), /\b(provePromises|describeRedisLike)\(/);
    });
});

describe("how an image tells that it has an app", () => {
  const tables = [UNITS, PROGRAMS, UNTOLD].map((table) => Object.keys(table));
  const known = [...tables.flat(), ...OFFERED];

  for (const name of PROFILES.keys())
    it(`is known, for init, in one place of agent/init/detection.ts: ${name}`, () => {
      assert.equal(known.filter((each) => each === name).length, 1);
    });

  it("is known of no app that has no profile", () => {
    assert.deepEqual(known.toSorted(), [...PROFILES.keys()].toSorted());
  });
});

describe("every format", () => {
  it("can be asked for in a config", () => {
    assert.deepEqual(TEMPLATE_FORMATS.toSorted(), Object.keys(READERS).toSorted());
  });

  for (const [name, reader] of Object.entries(READERS)) {
    it(`has a golden case with its values: ${name}`, () => {
      assert.ok(existsSync(join(TEST, `golden/values-${name}/expected.txt`)));
    });
    if (reader !== null)
      it(`has rows in the readers' tests, of what is read and of what is refused: ${name}`, () => {
        const [, wellFormed, malformed] = read("unit/formats/readers.test.ts").split(/^const (?:READ|MALFORMED)\b/m);
        for (const rows of [wellFormed, malformed]) assert.match(rows ?? "", new RegExp(`^ +\\[\\s*"${name}",`, "m"));
      });
  }
});

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Setting, Settings } from "../../../agent/tuning/profile/profile.ts";
import { type Given, GIB, KIB, MIB, tryAlone } from "../support/alone.ts";
import { calculate } from "../support/read-formula.ts";

// To whole MiB, or by a hundredth at most.
const MEGABYTES: ReadonlySet<string> = new Set(["mysql", "mariadb"]);

/** Formulas in words: by a table, a version or a kind of disk. */
const IN_WORDS: ReadonlySet<string> = new Set([
  "by storage",
  "by workload",
  "by memoryBytes",
  "by dataSize, workload and storage",
  "the server's default",
]);

function stepOf(profile: string, { unit, formula }: Setting, evaluated: number): number {
  if (unit === "count") return formula === "0.9" ? 0 : 1;
  const hundredth = evaluated / 100 + KIB;
  return MEGABYTES.has(profile) ? Math.max(MIB, hundredth) : hundredth;
}

function assertShown(profile: string, settings: Settings): void {
  for (const [name, setting] of Object.entries(settings)) {
    const { value, formula, inputs, boundBy } = setting;
    if (typeof value !== "number") continue;
    const evaluated = calculate(formula, inputs);
    if (typeof evaluated !== "number") {
      assert.ok(IN_WORDS.has(formula) || boundBy === "user", `${name}: ${formula}`);
      continue;
    }
    const lost = evaluated - value;
    const context = `${name} is ${value}, and ${formula} is ${evaluated} with ${JSON.stringify(inputs)}`;
    assert.ok(lost > -1 && lost <= stepOf(profile, setting, evaluated), context);
  }
}

const memory = fc.oneof(
  fc.integer({ min: 96 * MIB, max: 2 * GIB }),
  fc.integer({ min: GIB, max: 16 * GIB }),
  fc.integer({ min: GIB, max: 2 ** 45 }),
);
const vcpus = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 1024 }));
const connections = fc.option(fc.integer({ min: 4, max: 3000 }));

const profiles: Readonly<Record<string, fc.Arbitrary<Given>>> = {
  postgresql: fc.record({
    workload: fc.constantFrom("web", "oltp", "dw", "desktop", "mixed"),
    dataSize: fc.constantFrom("like-memory", "in-memory", "much-larger"),
    version: fc.constantFrom("12", "16", "18"),
  }),
  mysql: fc.record(
    { version: fc.constantFrom("8.0", "8.4", "9"), sortBuffer: fc.integer({ min: 256 * KIB, max: 4 * MIB }) },
    { requiredKeys: ["version"] },
  ),
  mariadb: fc.record({ tmpTable: fc.integer({ min: MIB, max: 64 * MIB }) }, { requiredKeys: [] }),
};

describe("what is shown of a setting is what was computed", () => {
  it("where what is shared out is a little more than four workers' memory", () => {
    const options = { workload: "dw", dataSize: "much-larger", version: "12", connections: 4 };
    assertShown("postgresql", tryAlone("postgresql", 5_818_305_536, 16, options)!);
  });

  for (const [profile, given] of Object.entries(profiles))
    it(`of each formula of ${profile} that is arithmetic`, () => {
      fc.assert(
        fc.property(memory, vcpus, given, connections, (memoryBytes, cpus, options, most) => {
          const all = most === null ? options : { ...options, connections: most };
          const settings = tryAlone(profile, memoryBytes, cpus, all);
          if (settings !== null) assertShown(profile, settings);
        }),
        { numRuns: 1000 },
      );
    });
});

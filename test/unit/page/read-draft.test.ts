import assert from "node:assert/strict";
import { type AppDraft, type Draft, newApp, NO_RESERVE } from "../../../agent/page/draft.ts";
import { readDraft } from "../../../agent/page/read-draft.ts";

function draft(change: Partial<AppDraft> = {}, more: Partial<Draft> = {}): Draft {
  const app = { ...newApp("db", "postgresql"), ...change };
  return { apps: [app], reserve: NO_RESERVE, secretsSize: "", architectures: [], ...more };
}

function told(given: Draft): string[] {
  return readDraft(given).problems.map(({ field, what, fix }) => `${field}: ${what}. ${fix}`);
}

describe("what was typed", () => {
  it("becomes the config that a file would have become", () => {
    const { config, problems } = readDraft(
      draft({ weight: "0.5", min: "512MiB", max: "8GiB", cpuWeight: "3" }, { secretsSize: "1MiB" }),
    );
    assert.deepEqual(problems, []);
    const [app] = config.apps;
    assert.deepEqual(app?.memory, { weight: 0.5, minBytes: 536_870_912, maxBytes: 8_589_934_592 });
    assert.deepEqual([app?.cpu.weight, config.secretsSizeBytes], [3, 1_048_576]);
    assert.deepEqual(config.reserve.memory, { kind: "tiers" });
  });

  it("has the config's own reserve where a part of it is given", () => {
    const { config } = readDraft(draft({}, { reserve: { share: "10%", min: "", max: "2GiB" } }));
    assert.deepEqual(config.reserve.memory, {
      kind: "share",
      share: 0.1,
      minBytes: 268_435_456,
      maxBytes: 2_147_483_648,
    });
  });

  for (const [name, given, problem] of [
    ["a name", draft({ name: "1db" }), /^app-0-name: '1db' is not a valid name\. Use a letter, then/],
    [
      "an amount without a unit",
      draft({ min: "512" }),
      /^app-0-min: '512' is no size\. Write it with its unit: 512MiB\.$/,
    ],
    ["a weight", draft({ weight: "0" }), /^app-0-weight: '0' is no number of 0\.01 to 10000\. /],
    ["a CPU weight", draft({ cpuWeight: "x" }), /^app-0-cpuWeight: 'x' is no number of 1 to 10000\. /],
    [
      "more than the most",
      draft({ min: "2GiB", max: "1GiB" }),
      /^app-0-max: the least, 2 GiB, is more than the most, 1 GiB\. /,
    ],
    [
      "a most below the floor",
      draft({ max: "1MiB" }),
      /^app-0-options: db: memory\.max of 1 MiB is less than the .* that postgresql needs\. /,
    ],
    [
      "a profile",
      draft({ profile: "postgres" }),
      /^app-0-options: there is no profile 'postgres'\. Did you mean 'postgresql'\?/,
    ],
    [
      "an option's value",
      draft({ options: { workload: "fast" } }),
      /^app-0-option-workload: postgresql's option workload can't be 'fast'\. /,
    ],
    [
      "an option",
      draft({ options: { wrkload: "web" } }),
      /^app-0-options: postgresql has no option 'wrkload'\. Did you mean/,
    ],
    [
      "a share of the memory",
      draft({}, { reserve: { share: "5", min: "", max: "" } }),
      /^reserve-share: '5' is no share of the memory\. /,
    ],
    [
      "a unit that nothing can limit",
      draft({ enforce: { unit: "db.socket", memoryHigh: "" } }),
      /^app-0-unit: 'db\.socket' is no service and no slice\. Only services and slices can be limited/,
    ],
    [
      "more than the share",
      draft({ enforce: { unit: "db.service", memoryHigh: "100%" } }),
      /^app-0-memoryHigh: '100%' is no part of the share\. Write a percentage from 50 to below 100/,
    ],
    [
      "limits of what keeps its own",
      draft({ profile: "kubelet", enforce: { unit: "", memoryHigh: "" } }),
      /^app-0-options: db: enforce does nothing for kubelet: /,
    ],
    ["the secrets' memory", draft({}, { secretsSize: "1GB" }), /^secrets-size: '1GB' is no size\. /],
  ] as const)
    it(`is refused at its field: ${name}`, () => {
      const problems = told(given);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0]!, problem);
    });

  it("is refused where two apps have one name, at the second", () => {
    const { apps, ...rest } = draft();
    assert.deepEqual(told({ ...rest, apps: [...apps, newApp("db", "nginx")] }), [
      "app-1-name: there is another db. Choose another name.",
    ]);
  });

  it("is refused at the app where an expression of its own is malformed", () => {
    assert.match(told(draft({ profile: "custom", options: { workers: "max(2" } })).join(), /^app-0-options: .*workers/);
  });
});

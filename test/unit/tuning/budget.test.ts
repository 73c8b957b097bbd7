import assert from "node:assert/strict";
import { type BudgetRequest, computeBudget } from "../../../agent/tuning/budget.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const app = { weight: 1, floorBytes: 0, capBytes: Infinity, cpuWeight: 1 };
const request: BudgetRequest = {
  memLimitBytes: 8 * GIB,
  hugePagesBytes: 0,
  reserve: { kind: "share", share: 0.05, minBytes: 256 * MIB, maxBytes: Infinity },
  vcpus: 8,
  cores: 4,
  apps: [],
};

function divide(change: Partial<BudgetRequest>) {
  const result = computeBudget({ ...request, ...change });
  assert.equal(result.kind, "divided");
  return result;
}

describe("computeBudget", () => {
  it("takes reserve, huge pages and the secrets' tmpfs before the apps", () => {
    const { availableBytes, reservedBytes, unallocatedBytes, shares } = divide({
      reserve: { kind: "share", share: 0.05, minBytes: 512 * MIB, maxBytes: Infinity },
      hugePagesBytes: GIB,
      secretsCapBytes: 512 * MIB,
      apps: [{ ...app, name: "api", capBytes: 4 * GIB }],
    });
    assert.equal(reservedBytes, 2 * GIB);
    assert.equal(availableBytes, 6 * GIB);
    assert.equal(unallocatedBytes, 2 * GIB);
    assert.deepEqual(shares, [{ name: "api", memoryBytes: 4 * GIB, vcpus: 8, cores: 4 }]);
  });
  it("names every floor and the shortfall when they do not fit", () => {
    const result = computeBudget({
      ...request,
      memLimitBytes: GIB,
      apps: [
        { ...app, name: "db", floorBytes: 512 * MIB },
        { ...app, name: "api", floorBytes: 640 * MIB },
      ],
    });
    assert.deepEqual(result, {
      kind: "short",
      availableBytes: 768 * MIB,
      reservedBytes: 256 * MIB,
      shortfallBytes: 384 * MIB,
      problem: {
        what: "the apps need at least 1.1 GiB (db 512 MiB, api 640 MiB), but 1 GiB less 256 MiB of reserve leaves 768 MiB: 384 MiB short",
        fix: "Pick a larger instance type, or lower reserve.memory or an app's floor.",
      },
    });
  });
  it("fits floors that leave nothing over", () => {
    const { shares, unallocatedBytes } = divide({
      memLimitBytes: GIB,
      apps: [{ ...app, name: "db", floorBytes: 768 * MIB }],
    });
    assert.equal(shares[0]!.memoryBytes, 768 * MIB);
    assert.equal(unallocatedBytes, 0);
  });
  it("has nothing available where the reserve is more than the machine", () => {
    const { availableBytes, reservedBytes } = divide({ memLimitBytes: 100 * MIB });
    assert.deepEqual([availableBytes, reservedBytes], [0, 100 * MIB]);
  });
  it("lets every app count on all CPUs when the CPU weights are equal", () => {
    const { shares } = divide({
      apps: [
        { ...app, name: "db" },
        { ...app, name: "api" },
      ],
    });
    assert.deepEqual(
      shares.map(({ vcpus, cores }) => [vcpus, cores]),
      [
        [8, 4],
        [8, 4],
      ],
    );
  });
  it("scales CPUs down from the heaviest app, to 1 at least", () => {
    const weights = [
      ["db", 400],
      ["api", 100],
      ["web", 1],
    ] as const;
    const { shares } = divide({ apps: weights.map(([name, cpuWeight]) => ({ ...app, name, cpuWeight })) });
    assert.deepEqual(
      shares.map(({ vcpus, cores }) => [vcpus, cores]),
      [
        [8, 4],
        [2, 1],
        [1, 1],
      ],
    );
  });

  describe("with apps that can't use all that their weight gives them", () => {
    const web = { ...app, name: "web", capBytes: GIB };
    const divisionOf = (...apps: BudgetRequest["apps"]) => {
      const fixed = { kind: "share", share: 0, minBytes: 2 * GIB, maxBytes: 2 * GIB } as const;
      const { shares, spare, gained, unallocatedBytes, unallocatedReason } = divide({ reserve: fixed, apps });
      return [shares.map(({ memoryBytes }) => memoryBytes), spare, gained, unallocatedBytes, unallocatedReason];
    };

    it("tells how much that is, and which apps have it", () => {
      assert.deepEqual(divisionOf(web, { ...app, name: "db" }), [
        [GIB, 5 * GIB],
        [{ app: "web", memoryBytes: 2 * GIB }],
        [{ app: "db", memoryBytes: 2 * GIB }],
        0,
        null,
      ]);
    });
    it("leaves to the page cache what the others can't use either, for that reason", () => {
      assert.deepEqual(divisionOf(web, { ...app, name: "db", capBytes: 4 * GIB }), [
        [GIB, 4 * GIB],
        [{ app: "web", memoryBytes: 2 * GIB }],
        [{ app: "db", memoryBytes: GIB }],
        GIB,
        "caps",
      ]);
    });
    it("divides it by weight among several, and counts floors to the part of an app", () => {
      assert.deepEqual(
        divisionOf(
          { ...web, weight: 3, capBytes: GIB },
          { ...app, name: "db", weight: 2 },
          { ...app, name: "api", floorBytes: GIB },
        ),
        [
          [GIB, (10 / 3) * GIB, (5 / 3) * GIB].map(Math.floor),
          [{ app: "web", memoryBytes: 2 * GIB }],
          [
            { app: "db", memoryBytes: Math.floor((4 / 3) * GIB) },
            { app: "api", memoryBytes: Math.floor((2 / 3) * GIB) },
          ],
          1,
          null,
        ],
      );
    });
    it("leaves all to the page cache where no app takes memory", () => {
      assert.deepEqual(divisionOf(), [[], [], [], 6 * GIB, "no apps"]);
    });
  });

  describe("with optional apps", () => {
    const apps = [
      { ...app, name: "db", weight: 3, floorBytes: 512 * MIB },
      { ...app, name: "search", floorBytes: 2 * GIB, optional: true },
      { ...app, name: "web", floorBytes: 256 * MIB, cpuWeight: 1 },
      { ...app, name: "batch", floorBytes: GIB, optional: true, cpuWeight: 4 },
    ];
    const sharesOn = (memLimitBytes: number) => {
      const { shares, leftOut, unallocatedBytes, unallocatedReason } = divide({ apps, memLimitBytes });
      const named = shares.map(({ name, memoryBytes }) => [name, memoryBytes / MIB]);
      return { shares: named, leftOut, unallocatedBytes, unallocatedReason };
    };

    it("leaves out the last that is declared first, and no more than it takes", () => {
      assert.deepEqual(sharesOn(4096 * MIB).leftOut, []);
      assert.deepEqual(sharesOn(4095 * MIB).leftOut, ["batch"]);
      assert.deepEqual(sharesOn(3072 * MIB).leftOut, ["batch"]);
      assert.deepEqual(sharesOn(3071 * MIB).leftOut, ["search", "batch"]);
    });
    it("leaves out one that the machine is too small for, and those after it, until the machine is large enough", () => {
      const large = apps.map((one) => (one.name === "search" ? { ...one, leastMachineBytes: 16 * GIB } : one));
      assert.deepEqual(divide({ apps: large, memLimitBytes: 16 * GIB - 1 }).leftOut, ["search", "batch"]);
      assert.deepEqual(divide({ apps: large, memLimitBytes: 16 * GIB }).leftOut, []);
    });
    it("gives the others their floors and the page cache the rest, until everyone fits", () => {
      assert.deepEqual(sharesOn(3000 * MIB), {
        shares: [
          ["db", 512],
          ["web", 256],
        ],
        leftOut: ["search", "batch"],
        unallocatedBytes: 1976 * MIB,
        unallocatedReason: "left out",
      });
    });
    it("refuses a machine that is too small even without them", () => {
      const result = computeBudget({ ...request, apps, memLimitBytes: 1023 * MIB });
      assert.equal(
        result.kind === "short" && result.problem.what,
        "the apps need at least 768 MiB even without search and batch (db 512 MiB, web 256 MiB), but 1023 MiB less 256 MiB of reserve leaves 767 MiB: 1 MiB short",
      );
    });
    it("counts the CPU weight of one that is left out", () => {
      const { shares } = divide({ apps, memLimitBytes: GIB });
      assert.deepEqual(
        shares.map(({ name, vcpus }) => [name, vcpus]),
        [
          ["db", 2],
          ["web", 2],
        ],
      );
    });
  });

  describe("with huge pages that an app of the image is for", () => {
    const apps = [
      { ...app, name: "pages", floorBytes: 2 * GIB, capBytes: 2 * GIB, takesHugePages: true },
      { ...app, name: "web" },
    ];
    const sharesWith = (hugePagesBytes: number, limit = 8 * GIB) => {
      const { shares, reservedBytes } = divide({ apps, hugePagesBytes, memLimitBytes: limit });
      return [reservedBytes / MIB, ...shares.map(({ memoryBytes }) => memoryBytes / MIB)].map(Math.floor);
    };

    it("divides the machine as it did before they were there", () => {
      const before = sharesWith(0);
      assert.deepEqual(before, [409, 2048, 5734]);
      assert.deepEqual([sharesWith(GIB), sharesWith(2 * GIB)], [before, before]);
    });
    it("holds back those that are more than its share", () => {
      assert.deepEqual(sharesWith(3 * GIB), [1433, 2048, 4710]);
    });
    it("holds back all where no app is for them", () => {
      const { reservedBytes } = divide({ apps: [{ ...app, name: "web" }], hugePagesBytes: GIB });
      assert.equal(Math.floor(reservedBytes / MIB), 1433);
    });
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { type BudgetRequest, computeBudget, computeReserveBytes } from "../../../agent/tuning/budget.ts";

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const app = { weight: 1, floorBytes: 0, capBytes: Infinity, cpuWeight: 1 };
const request: BudgetRequest = {
  memLimitBytes: 8 * GIB,
  hugePagesBytes: 0,
  reserve: { share: 0.05, minBytes: 256 * MIB, maxBytes: Infinity },
  vcpus: 8,
  cores: 4,
  apps: [],
};

function divide(change: Partial<BudgetRequest>) {
  const result = computeBudget({ ...request, ...change });
  assert.equal(result.kind, "divided");
  return result;
}

describe("computeReserveBytes", () => {
  const rule = { share: 0.05, minBytes: 256 * MIB, maxBytes: 4 * GIB };

  it("is the minimum on a small machine", () => assert.equal(computeReserveBytes(rule, GIB), 268_435_456));
  it("is the share in between", () => assert.equal(computeReserveBytes(rule, 16 * GIB), 858_993_459));
  it("is the maximum on a huge machine", () => assert.equal(computeReserveBytes(rule, 1024 * GIB), 4_294_967_296));
  it("never rises faster than the memory", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        share,
        fc.integer({ min: 0, max: 2 ** 45 }),
        fc.integer({ min: 0, max: 64 }),
        (part, memory, more) => {
          const [before, after] = [memory, memory + more].map((bytes) =>
            computeReserveBytes({ share: part, minBytes: 0, maxBytes: Infinity }, bytes),
          );
          assert.ok(before! <= after! && after! - before! <= more);
        },
      ),
    );
  });
});

describe("computeBudget", () => {
  it("takes reserve, huge pages and the secrets' tmpfs before the apps", () => {
    const { availableBytes, reservedBytes, unallocatedBytes, shares } = divide({
      reserve: { share: 0.05, minBytes: 512 * MIB, maxBytes: Infinity },
      hugePagesBytes: GIB,
      secretsCapBytes: 512 * MIB,
      apps: [{ ...app, name: "api", capBytes: 4 * GIB }],
    });
    assert.equal(reservedBytes, 2 * GIB);
    assert.equal(availableBytes, 6 * GIB);
    assert.equal(unallocatedBytes, 2 * GIB);
    assert.deepEqual(shares, [{ name: "api", memoryBytes: 4 * GIB, vcpus: 8, cores: 4, boundBy: "cap" }]);
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
});

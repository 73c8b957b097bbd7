import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { countBoot, type Counts, sum } from "../../scripts/measuring/bench-counts.ts";
import { BINARY_BYTES_BUDGET, COLD_BUDGET, JOB_BUDGETS } from "./support/budget.ts";

function assertWithin(what: string, count: number, budget: number): void {
  assert.ok(
    count <= budget,
    `${what}: ${count}, the budget is ${budget} (test/binary/support/budget.ts). To see what changed, run ` +
      "scripts/node scripts/measuring/bench-counts.ts --calls on this build and on the last good one, and diff the two; " +
      "scripts/bench says what it costs in time. Raise the budget only together with its reason.",
  );
}

function skip(context: Mocha.Context, reason: string): never {
  context.test!.title += ` (skipped: ${reason})`;
  context.skip();
}

describe("the budget", function () {
  this.timeout(300_000);
  let counts: Counts;

  before(async () => {
    counts = await countBoot();
  });

  for (const name of ["small", "big"] as const) {
    const budget = JOB_BUDGETS[name];

    it(`of the ${name} job holds for system calls`, function () {
      const { systemCalls } = counts[name];
      if (systemCalls === null) return skip(this, "no strace");
      assertWithin(`system calls of the ${name} job`, sum(systemCalls), budget.systemCalls);
    });

    it(`of the ${name} job holds for minor page faults`, function () {
      const { minorFaults } = counts[name];
      if (typeof minorFaults === "string") return skip(this, minorFaults);
      assertWithin(`minor page faults of the ${name} job`, minorFaults, budget.minorFaults);
    });

    it(`of the ${name} job holds for requests to IMDS and AWS, and for connections`, () => {
      for (const what of ["imdsRequests", "awsRequests", "connections"] as const)
        assertWithin(`${what} of the ${name} job`, counts[name][what], budget[what]);
    });
  }

  for (const what of ["bytesRead", "majorFaults"] as const)
    it(`of a first boot holds for ${what}`, function () {
      const { cold } = counts;
      if (typeof cold === "string") return skip(this, cold);
      assertWithin(`${what} of the small job, cold`, cold[what], COLD_BUDGET[what]);
    });

  it("of dist/parbake holds for its size", () => {
    assertWithin("bytes of dist/parbake", counts.binaryBytes, BINARY_BYTES_BUDGET);
  });
});

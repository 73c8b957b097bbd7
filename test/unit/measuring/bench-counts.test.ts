import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseSummary, sum } from "../../../scripts/measuring/bench-counts.ts";

// As strace 6.1 writes it.
const SUMMARY = `% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 32.11    0.012345          39       318         2 openat
 20.00    0.010000         100       100           futex
 12.00    0.001000           3       299           statx
  0.00    0.000000           0         1         1 io_uring_setup
------ ----------- ----------- --------- --------- ----------------
100.00    0.023345          32       718         3 total
`;

describe("parseSummary", () => {
  it("counts each call, whether some of them failed or none, and not their total", () => {
    assert.deepEqual(
      [...parseSummary(SUMMARY)],
      [
        ["openat", 318],
        ["statx", 299],
        ["io_uring_setup", 1],
      ],
    );
  });

  it("leaves out how often a thread waited for another", () => {
    assert.equal(parseSummary(SUMMARY).has("futex"), false);
    assert.equal(sum(parseSummary(SUMMARY)), 618);
  });
});

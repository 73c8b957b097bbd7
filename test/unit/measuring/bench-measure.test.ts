import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { median, readCpuMs, runOnce } from "../../../scripts/measuring/bench-measure.ts";

describe("median", () => {
  it("is the middle one, or the mean of the two in the middle", () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([9, 1, 5, 7]), 6);
  });
});

describe("runOnce", () => {
  it("throws what a program said that ended otherwise than with 0", async () => {
    const program = { argv: ["sh", "-c", "echo no disk >&2; exit 3"], environment: {} };
    await assert.rejects(runOnce(program), { message: "sh ended with 3: no disk\n" });
  });
});

describe("readCpuMs", () => {
  it("counts the time on a processor, and not the time asleep", async () => {
    const sleeping = await readCpuMs({ argv: ["sleep", "0.5"], environment: { PATH: process.env["PATH"] } });
    assert.ok(sleeping.wallMs >= 500);
    assert.ok(sleeping.cpuMs < 250, String(sleeping.cpuMs));
  });
});

import assert from "node:assert/strict";
import { makeScratchImage } from "../../binary/support/scratch-image.ts";
import { runCommand } from "../support/run-command.ts";

describe("an optional app that is left out", () => {
  it("is warned of by apply, and by status as long as that is the last run", async () => {
    const big = "big: { profile: go, memory: { min: 40TiB }, optional: true }";
    const image = makeScratchImage(`imds: optional\napps: { web: { profile: nginx }, ${big} }\n`);
    const warning = "too little memory: big left out, as optional. Pick a larger instance type, or lower floors: ";
    try {
      const applied = await runCommand(image, "apply");
      assert.equal(applied.status, 0, applied.err);
      assert.equal(applied.err.split(warning).length, 2, applied.err);
      const { status, out } = await runCommand(image, "status");
      assert.equal(status, 0);
      assert.ok(out.includes(`warned: ${warning}\`parbake explain big\` says why.`), out);
    } finally {
      image.remove();
    }
  });
});

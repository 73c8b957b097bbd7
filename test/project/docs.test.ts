import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DOCS, formatDocs } from "../../scripts/docs/write-docs.ts";

describe("the docs of the profiles", () => {
  it("are what the profiles say: `scripts/node scripts/docs/write-docs.ts` writes them anew", () => {
    assert.equal(readFileSync(DOCS, "utf8"), formatDocs());
  });
});

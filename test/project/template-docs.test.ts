import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { formatTemplateDocs, TEMPLATE_DOCS } from "../../scripts/docs/write-template-docs.ts";

describe("templates/README.md", () => {
  it("is what scripts/docs/write-template-docs.ts writes from the helpers", () => {
    assert.equal(readFileSync(TEMPLATE_DOCS, "utf8"), formatTemplateDocs());
  });
});

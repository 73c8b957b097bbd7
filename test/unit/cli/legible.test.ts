import assert from "node:assert/strict";
import { legible } from "../../../agent/cli/legible.ts";

describe("a value on its way to people", () => {
  it("has every text in it shown, names of fields too, at any depth", () => {
    assert.deepEqual(legible({ files: [{ path: "/a\nb", "\u001bk": null }], n: 1, yes: true }), {
      files: [{ path: String.raw`/a\nb`, [String.raw`\x1bk`]: null }],
      n: 1,
      yes: true,
    });
    assert.equal(legible("\u202e"), String.raw`\u202e`);
  });

  it("keeps the lines of a setting, and what is compared before it is shown", () => {
    const setting = { text: "a\nb\u001b", value: "a\nb\u001b", source: "a\nb" };
    assert.deepEqual(legible(setting), { text: "a\nb\\x1b", value: "a\nb\\x1b", source: String.raw`a\nb` });
    const file = { currentText: "a\r\n", newText: "a\n", step: { content: ["a\u001b", { reference: 1 }] } };
    assert.deepEqual(legible(file), file);
  });

  it("is the same value where there is nothing to show", () => {
    const value = { list: ["a", { b: "c" }], none: undefined };
    assert.equal(legible(value), value);
  });
});

import assert from "node:assert/strict";
import { decodeUtf8, withoutMark } from "../../agent/utf8.ts";

describe("decodeUtf8", () => {
  it("gives text, its mark included, and null for other bytes", () => {
    assert.equal(decodeUtf8(Buffer.from("\uFEFFé")), "\uFEFFé");
    assert.equal(decodeUtf8(Buffer.from("é", "latin1")), null);
  });

  it("throws what is a bug of the caller's", () => {
    assert.throws(() => decodeUtf8("text" as unknown as Uint8Array), { code: "ERR_INVALID_ARG_TYPE" });
  });
});

describe("withoutMark", () => {
  it("takes one mark away, where the text begins with it", () => {
    assert.deepEqual(["\uFEFFa", "\uFEFF\uFEFFa", "a\uFEFF"].map(withoutMark), ["a", "\uFEFFa", "a\uFEFF"]);
  });
});

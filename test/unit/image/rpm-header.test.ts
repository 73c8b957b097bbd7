import assert from "node:assert/strict";
import { parseRpmHeader, readPackage } from "../../../agent/image/rpm-header.ts";
import { makeHeader, type Tag } from "./support/rpm-database.ts";

const NGINX: readonly Tag[] = [
  [1000, "nginx"],
  [1001, "1.26.3"],
  [1002, "1.amzn2023.0.1"],
  [1022, "aarch64"],
];

function read(bytes: Buffer) {
  const header = parseRpmHeader(bytes);
  return header === null ? null : readPackage(header);
}

describe("parseRpmHeader", () => {
  it("gives version and release as one", () => {
    assert.deepEqual(read(makeHeader(NGINX)), { name: "nginx", version: "1.26.3-1.amzn2023.0.1", arch: "aarch64" });
  });

  it("puts an epoch in front, also that of 0", () => {
    assert.equal(read(makeHeader([...NGINX, [1003, 1]]))?.version, "1:1.26.3-1.amzn2023.0.1");
    assert.equal(read(makeHeader([[1003, 0], ...NGINX]))?.version, "0:1.26.3-1.amzn2023.0.1");
  });

  it("gives all values of a tag, and none of one that it lacks", () => {
    const header = parseRpmHeader(makeHeader([...NGINX, [1117, "a", "", "b"], [1116, 0, 7]]));
    assert.deepEqual(header?.textsOf(1117), ["a", "", "b"]);
    assert.deepEqual(header?.numbersOf(1116), [0, 7]);
    assert.deepEqual([header?.textsOf(1118), header?.numbersOf(1118)], [[], []]);
  });

  it("refuses whatever is cut off, anywhere, and bytes that are no header", () => {
    const whole = makeHeader(NGINX);
    for (let length = 0; length < whole.length; length++)
      assert.equal(read(whole.subarray(0, length)), null, `${length} bytes`);
    assert.equal(read(Buffer.alloc(64, 0xff)), null);
    assert.equal(read(Buffer.alloc(64)), null);
  });

  it("refuses a value that points behind the end, and more values than there are bytes", () => {
    const bytes = makeHeader(NGINX);
    bytes.writeUInt32BE(1_000_000, 8 + 8);
    assert.equal(read(bytes), null);
    const many = makeHeader([[1116, 1, 2], ...NGINX]);
    many.writeUInt32BE(0xffffffff, 8 + 12);
    assert.deepEqual(parseRpmHeader(many)?.numbersOf(1116), []);
    many.writeUInt32BE(0xffffffff, 8 + 16 + 12);
    assert.equal(parseRpmHeader(many)?.textsOf(1000)[0], "nginx");
  });
});

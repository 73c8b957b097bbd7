import assert from "node:assert/strict";
import { parseRpmHeader } from "../../../agent/image/rpm-header.ts";

const [INT32, STRING] = [4, 6];

type Tag = readonly [tag: number, type: number, value: string | number];

function header(tags: readonly Tag[]): Buffer {
  const values = tags.map(([, , value]) => (typeof value === "number" ? uint32(value) : Buffer.from(`${value}\0`)));
  const index = tags.map(([tag, type], at) => {
    const offset = Buffer.concat(values.slice(0, at)).length;
    return Buffer.concat([tag, type, offset, 1].map(uint32));
  });
  const data = Buffer.concat(values);
  return Buffer.concat([uint32(tags.length), uint32(data.length), ...index, data]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const NGINX: readonly Tag[] = [
  [1000, STRING, "nginx"],
  [1001, STRING, "1.26.3"],
  [1002, STRING, "1.amzn2023.0.1"],
  [1022, STRING, "aarch64"],
];

describe("parseRpmHeader", () => {
  it("gives version and release as one", () => {
    assert.deepEqual(parseRpmHeader(header(NGINX)), {
      name: "nginx",
      version: "1.26.3-1.amzn2023.0.1",
      arch: "aarch64",
    });
  });

  it("puts an epoch in front, also that of 0", () => {
    assert.equal(parseRpmHeader(header([...NGINX, [1003, INT32, 1]]))?.version, "1:1.26.3-1.amzn2023.0.1");
    assert.equal(parseRpmHeader(header([[1003, INT32, 0], ...NGINX]))?.version, "0:1.26.3-1.amzn2023.0.1");
  });

  it("refuses whatever is cut off, anywhere, and bytes that are no header", () => {
    const whole = header(NGINX);
    for (let length = 0; length < whole.length; length++)
      assert.equal(parseRpmHeader(whole.subarray(0, length)), null, `${length} bytes`);
    assert.equal(parseRpmHeader(Buffer.alloc(64, 0xff)), null);
    assert.equal(parseRpmHeader(Buffer.alloc(64)), null);
  });

  it("refuses a value that points behind the end", () => {
    const bytes = header(NGINX);
    bytes.writeUInt32BE(1_000_000, 8 + 8);
    assert.equal(parseRpmHeader(bytes), null);
  });
});

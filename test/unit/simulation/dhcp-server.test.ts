import assert from "node:assert/strict";
import { answer } from "../../../scripts/simulation/dhcp-server.ts";

const LEASE = { address: "10.0.12.34", netmask: "255.255.255.0", server: "10.0.12.1" };

/** RFC 2131: a client without an address, 06:11:22:33:44:55, in transaction 0x3903f326. */
function message(...options: number[]): Buffer {
  const head = Buffer.alloc(236);
  head.set([1, 1, 6, 0, 0x39, 0x03, 0xf3, 0x26, 0, 5, 0x80, 0]);
  head.set([0x06, 0x11, 0x22, 0x33, 0x44, 0x55], 28);
  return Buffer.concat([head, Buffer.from([99, 130, 83, 99, ...options, 255])]);
}

/** Bytes as hexadecimal digits. */
function bytes(reply: Buffer | null, from: number, to: number): string {
  return reply?.subarray(from, to).toString("hex") ?? "none";
}

describe("the simulation's DHCP server", () => {
  it("offers the address to whoever looks for one, in the client's own transaction", () => {
    const offer = answer(message(12, 1, 97, 53, 1, 1), LEASE);
    assert.equal(bytes(offer, 0, 12), "020106003903f32600058000");
    assert.equal(bytes(offer, 16, 20), "0a000c22");
    assert.equal(bytes(offer, 28, 34), "061122334455");
  });

  it("tells it which message this is, the server, an hour, the netmask, the router and the name server", () => {
    const expected = ["350102", "36040a000c01", "330400000e10", "0104ffffff00", "03040a000c01", "06040a000c01", "ff"];
    assert.equal(bytes(answer(message(53, 1, 1), LEASE), 240, 999), expected.join(""));
  });

  it("acknowledges a request", () => {
    assert.equal(bytes(answer(message(0, 0, 53, 1, 3), LEASE), 240, 243), "350105");
  });

  for (const [what, options] of [
    ["gives its address back", [53, 1, 7]],
    ["says nothing", []],
    ["breaks off", [53]],
  ] as const)
    it(`gives no answer to a client that ${what}`, () => assert.equal(answer(message(...options), LEASE), null));
});

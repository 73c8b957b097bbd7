import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseBlob, parseSnapshot } from "../../../scripts/building/build-parse-blob.ts";
import { makeBlob, makeSnapshot } from "../support/made-blob.ts";

describe("parseBlob", () => {
  it("finds the snapshot and the assets", () => {
    const blob = makeBlob({ modules: [["os", "code"]] });
    const { snapshot, snapshotAt, assetBytes } = parseBlob(blob);
    assert.ok(snapshot.equals(makeSnapshot({ modules: [["os", "code"]] })));
    assert.equal(snapshotAt, 4 + 4 + 1 + 8 + "../parbake.js".length + 8);
    assert.deepEqual(assetBytes, { "catalogue.tsv": 7 });
  });

  const refused = [
    [{ magic: 1 }, /^the blob does not begin as one$/],
    // With V8's code cache in the place of the snapshot; with a flag that no Node has yet.
    [{ flags: 29 }, /^the blob has other parts than a snapshot, assets and options: flags 29$/],
    [{ flags: 59 }, /^the blob has other parts than a snapshot, assets and options: flags 59$/],
    [{ rest: "more" }, /^4 bytes are left over$/],
  ] as const;
  for (const [change, message] of refused)
    it(`refuses ${JSON.stringify(change)}`, () => assert.throws(() => parseBlob(makeBlob(change)), { message }));

  it("refuses one that is cut short, wherever", () => {
    const blob = makeBlob({ modules: [["os", "code"]] });
    for (let bytes = 0; bytes < blob.length; bytes++)
      assert.throws(() => parseBlob(blob.subarray(0, bytes)), { message: /^byte \d+ begins / });
  });
});

describe("parseSnapshot", () => {
  it("finds the compiled modules, and those in the heap", () => {
    const snapshot = makeSnapshot({ inHeap: ["fs", "net"], modules: [["internal/tls/wrap", "code"]] });
    const { heapBytes, inHeap, modulesAt, modules } = parseSnapshot(snapshot);
    assert.equal(heapBytes, 3);
    assert.deepEqual([...inHeap], ["fs", "net"]);
    assert.equal(snapshot.length - modulesAt, 8 + 8 + "internal/tls/wrap".length + 8 + "code".length);
    assert.deepEqual(
      modules.map(({ id, bytes }) => [id, bytes.toString("latin1")]),
      [["internal/tls/wrap", "\x11\0\0\0\0\0\0\0internal/tls/wrap\x04\0\0\0\0\0\0\0code"]],
    );
  });

  const refused = [
    [{ snapshotMagic: 1 }, /^the snapshot does not begin as one$/],
    [{ modules: [["o s", "code"]] }, /^no module of Node's has the name "o s"$/],
    [{ snapshotRest: "?" }, /^1 bytes are left over$/],
  ] as const;
  for (const [change, message] of refused)
    it(`refuses ${JSON.stringify(change)}`, () =>
      assert.throws(() => parseSnapshot(makeSnapshot(change)), { message }));

  it("refuses one that is cut short, wherever", () => {
    const snapshot = makeSnapshot({ inHeap: ["fs"], modules: [["os", "code"]] });
    for (let bytes = 0; bytes < snapshot.length; bytes++)
      assert.throws(() => parseSnapshot(snapshot.subarray(0, bytes)), { message: /^byte \d+ begins / });
  });

  it("refuses a length that is none", () => {
    const snapshot = makeSnapshot({});
    // That of Node's version.
    snapshot.writeBigUInt64LE(2n ** 40n, 5);
    assert.throws(() => parseSnapshot(snapshot), { message: "byte 5 begins no length: 1099511627776" });
  });
});

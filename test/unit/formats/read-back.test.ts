import assert from "node:assert/strict";
import { fillHole, markHole, readBack, type Hole } from "../../../agent/formats/read-back.ts";

/** A hole as an encoder with a mistake would fill it. */
function wrongly(value: string, written: string): Hole {
  return { place: "double", value, written, marked: "\uE0000\uE001" };
}

describe("readBack", () => {
  it("proves a value that is read as it was given", () => {
    assert.deepEqual(readBack("json", ['{"a": ', fillHole("json", 'x"y', "alone", 0), "}"]), { kind: "proven" });
  });

  it("finds a value that is read as another", () => {
    const hole = wrongly("a\\nb", "a\\nb");
    assert.deepEqual(readBack("json", ['{"a": "', hole, '"}']), { kind: "differs", hole });
  });

  it("finds a value that changes what stands around it, though it is read as it was given", () => {
    const hole = wrongly("1", '1", "b": "2');
    assert.deepEqual(readBack("json", ['{"a": "', hole, '"}']), { kind: "differs", hole });
  });

  it("finds a value in a place that no reader reads", () => {
    const hole = wrongly("1", "1");
    assert.deepEqual(readBack("toml", ['a = 2 # "', hole, '"']), { kind: "differs", hole });
  });

  it("finds text that became a number, and takes a number for one", () => {
    const text: Hole = { place: "alone", value: "12", written: "12", marked: '"\uE0000\uE001"' };
    assert.equal(readBack("yaml", ["a: ", text]).kind, "differs");
    assert.equal(readBack("yaml", ["a: ", fillHole("yaml", 12, "alone", 0)]).kind, "proven");
  });

  for (const format of ["json", "yaml", "toml"] as const)
    it(`takes text that is to be a number for one in ${format}`, () => {
      const before = { json: "[", yaml: "a: ", toml: "a = " }[format];
      const parts = [before, fillHole(format, "12", "alone", 0, "number"), format === "json" ? "]" : "\n"];
      assert.equal(readBack(format, parts).kind, "proven");
    });

  it("tells a $ that systemd expands in a command from one that is text in Environment=", () => {
    const hole = fillHole("systemd", "a$b", "alone", 0);
    assert.deepEqual(readBack("systemd", ["[Service]\nExecStart=/a ", hole]), {
      kind: "differs",
      hole,
      isExpanded: true,
    });
    assert.equal(readBack("systemd", ["[Service]\nEnvironment=", hole]).kind, "proven");
  });

  it("names the hole that is wrong among many", () => {
    const wrong = { ...wrongly("a\\nb", "a\\nb"), marked: "\uE0001\uE001" };
    const parts = ["[", fillHole("json", "x", "alone", 0), ', "', wrong, '", ', fillHole("json", "y", "alone", 2), "]"];
    assert.deepEqual(readBack("json", parts), { kind: "differs", hole: wrong });
  });

  it("tells where a file is malformed, without showing it", () => {
    const read = readBack("json", ["{", fillHole("json", "secret", "alone", 0), "}"]);
    assert.deepEqual(read, { kind: "malformed", why: "a colon is expected here", offset: 9 });
  });

  it("takes a marker for a secret that has not been fetched", () => {
    assert.equal(readBack("env", ["A=", markHole("env", "alone", 0), "\nB=1\n"]).kind, "proven");
  });

  it("takes values that look like markers for what they are", () => {
    assert.equal(readBack("json", ["[", fillHole("json", "\uE0000\uE001", "alone", 0), "]"]).kind, "proven");
  });
});

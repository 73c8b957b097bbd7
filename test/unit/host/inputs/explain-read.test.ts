import assert from "node:assert/strict";
import { explainRead, type InputKind } from "../../../../agent/host/inputs/explain-read.ts";
import { Refusal } from "../../../../agent/refusal.ts";

const KIND: InputKind = {
  name: "the bundle",
  mostBytes: 100,
  code: "config",
  absent: { code: "usage", what: "the bundle does not exist", fix: "Write it." },
};
const FILE = "/nowhere/at/all.pem";

describe("explainRead", () => {
  const cases = [
    ["ENOENT", "usage", "the bundle does not exist. Write it."],
    ["ENOTDIR", "usage", "the bundle does not exist: a part of its path is not a folder. Write it."],
    ["EACCES", "permission", "the bundle may not be read: permission denied. Run parbake as root, or let its user"],
    ["ENXIO", "config", "the bundle is a FIFO, a socket or a device, and a plain file was expected. Name a plain file"],
    ["EIO", "config", "the bundle is on a device that fails (EIO). Look at `dmesg`."],
    ["EMFILE", "system", "the bundle cannot be opened: too many open files (EMFILE)."],
    ["EUCLEAN", "config", "the bundle cannot be read or written (EUCLEAN)."],
  ] as const;
  for (const [errno, code, words] of cases)
    it(`tells why a file cannot be read after ${errno}, with what to do, and keeps the cause`, () => {
      const error = Object.assign(new Error("hunter2"), { code: errno, syscall: "open" });
      const refusal = explainRead(error, FILE, KIND);
      assert.ok(refusal instanceof Refusal);
      assert.equal(refusal.code, code);
      assert.ok(refusal.message.startsWith(`${FILE}: ${words}`), refusal.message);
      assert.equal(refusal.cause, error);
    });

  it("gives back what is not the file's: a bug stays one", () => {
    const bug = new TypeError("x is undefined");
    assert.equal(explainRead(bug, FILE, KIND), bug);
  });
});

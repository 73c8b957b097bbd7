import assert from "node:assert/strict";
import { findOwnUnit, formatEntry } from "../../../agent/process/journal-entry.ts";
import { makeScratch } from "../support/scratch.ts";

describe("an entry of the journal", () => {
  it("has a line for each value, so that a field can be there more than once", () => {
    const entry = { MESSAGE: "a", PRIORITY: 3, OBJECT_SYSTEMD_UNIT: ["a.service", "b.service"], PARBAKE_UNIT: [] };
    assert.equal(
      formatEntry(entry),
      "MESSAGE=a\nPRIORITY=3\nOBJECT_SYSTEMD_UNIT=a.service\nOBJECT_SYSTEMD_UNIT=b.service\n",
    );
  });

  it("gets no field that a value forges", () => {
    assert.equal(formatEntry({ MESSAGE: "a\nPRIORITY=0\u001b[2J" }), String.raw`MESSAGE=a\nPRIORITY=0\x1b[2J` + "\n");
  });
});

describe("parbake's own unit", () => {
  for (const [cgroup, unit] of [
    ["0::/system.slice/parbake.service\n", "parbake.service"],
    ["0::/system.slice/parbake.service/.control\n", "parbake.service"],
    ["0::/system.slice/system-parbake\\x2dready.slice/parbake-ready@api.service\n", "parbake-ready@api.service"],
    ["0::/system.slice/parbake-retry.service\n", null],
  ] as const)
    it(`is ${unit} in ${cgroup.trim()}`, () => {
      const scratch = makeScratch();
      scratch.write("cgroup", cgroup);
      assert.equal(findOwnUnit(scratch.path("cgroup")), unit);
    });

  it("is none for a test", () => {
    assert.equal(findOwnUnit(), null);
  });
});

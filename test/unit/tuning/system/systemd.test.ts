import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("systemd", () => {
  it("writes a whole drop-in", () => {
    assert.equal(
      alone("systemd", 512 * MIB, 2, { cpuQuota: true, swap: 0 })["conf"]!.value,
      [
        "[Service]",
        "MemoryHigh=471856K",
        "MemoryMax=512M",
        "MemorySwapMax=0",
        "CPUWeight=100",
        "CPUQuota=200%",
        "TasksMax=614",
      ].join("\n"),
    );
  });
  for (const section of ["Slice", "Scope"]) {
    it(`heads a drop-in of a ${section.toLowerCase()}`, () =>
      assert.match(alone("systemd", GIB, 1, { section })["conf"]!.text, new RegExp(`^\\[${section}\\]\\n`)));
  }
  // 15 % of memory / 128 KiB, which is the kernel's threads-max with stacks of 16 KiB.
  for (const [memoryBytes, high, max, tasks] of [
    [16 * MIB, "14744K", "16M", "19"],
    [GIB, "943716K", "1G", "1228"],
    [GIB + 5000, "943720K", "1048580K", "1228"],
    [4 * GIB, "3774872K", "4G", "4915"],
    [1024 * GIB, "966367640K", "1024G", "1258291"],
    [2 ** 45, "30923764528K", "32768G", "4194304"],
  ] as const) {
    it(`holds a unit to ${max}, in whole pages`, () =>
      assert.deepEqual(texts(alone("systemd", memoryBytes, 4), "MemoryHigh", "MemoryMax", "TasksMax"), {
        MemoryHigh: high,
        MemoryMax: max,
        TasksMax: tasks,
      }));
  }
  it("has no quota and no swap limit unless asked", () => {
    const names = Object.keys(alone("systemd", GIB, 4));
    assert.deepEqual(names, ["section", "MemoryHigh", "MemoryMax", "CPUWeight", "TasksMax", "conf"]);
  });
  it("takes what is asked for", () => {
    const settings = alone("systemd", GIB, 4, { highPercent: 100, cpuWeight: 250, tasks: 99, cpuQuota: true });
    assert.deepEqual(texts(settings, "MemoryHigh", "CPUWeight", "TasksMax", "CPUQuota"), {
      MemoryHigh: "1G",
      CPUWeight: "250",
      TasksMax: "99",
      CPUQuota: "400%",
    });
    assert.deepEqual(
      ["MemoryHigh", "CPUWeight", "TasksMax"].map((name) => settings[name]!.boundBy),
      ["user", "user", "user"],
    );
  });
  it("does not fit below 16 MiB", () => assert.equal(tryAlone("systemd", 16 * MIB - 1, 1), null));

  provePromises({
    profile: "systemd",
    given: fc.record({ highPercent: fc.integer({ min: 50, max: 100 }), cpuQuota: fc.boolean() }, { requiredKeys: [] }),
    worstBytes: (settings) => Math.max(numberOf(settings, "MemoryMax"), numberOf(settings, "MemoryHigh")),
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { computeTuning } from "../../../../agent/tuning/compute-tuning.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { hugepages } from "../../../../agent/tuning/system/hugepages.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, tryAlone, written } from "../../support/alone.ts";
import { app, image, machine } from "../../support/any-image.ts";
import { provePromises } from "../../support/prove-profile.ts";

function bounds(given: Given): [floorBytes: number, capBytes: number] {
  const resolved = resolveOptions(hugepages, written("hugepages", given));
  assert.ok(resolved.kind === "resolved");
  return [hugepages.floorBytes(resolved.options), hugepages.capBytes(resolved.options, allot(GIB, 2))];
}

describe("hugepages", () => {
  for (const [memoryBytes, given, pages] of [
    [2 * MIB, {}, 1],
    [1025 * MIB, {}, 512],
    [GIB, { percent: 50 }, 256],
    [10 * GIB, { percent: 33 }, 1689],
    [2 ** 45, {}, 16_777_216],
  ] as const) {
    it(`reserves ${pages} whole pages of 2 MiB in ${memoryBytes} bytes with ${JSON.stringify(given)}`, () => {
      const settings = alone("hugepages", memoryBytes, 1, given);
      assert.equal(settings["vm_nr_hugepages"]!.value, pages);
      assert.equal(settings["conf"]!.text, `vm.nr_hugepages = ${pages}`);
    });
  }
  it("reserves enough for a size, takes no more, and needs it", () => {
    const settings = alone("hugepages", 2 * GIB, 1, { size: "1001MiB", group: 26 });
    assert.deepEqual([settings["vm_nr_hugepages"]!.value, settings["vm_nr_hugepages"]!.boundBy], [501, "user"]);
    assert.equal(settings["conf"]!.text, "vm.nr_hugepages = 501\nvm.hugetlb_shm_group = 26");
    assert.deepEqual(bounds({ size: "1001MiB" }), [1002 * MIB, 1002 * MIB]);
    assert.equal(tryAlone("hugepages", 1001 * MIB, 1, { size: "1001MiB" }), null);
  });
  it("needs one page at least", () => {
    assert.deepEqual(bounds({}), [2 * MIB, Infinity]);
    assert.deepEqual(bounds({ pageSize: "1GiB", percent: 50 }), [2 * GIB, Infinity]);
  });
  it("writes pages of 1 GiB into their own file", () => {
    const settings = alone("hugepages", 3000 * MIB, 1, { pageSize: "1GiB" });
    assert.equal(settings["nr_hugepages"]!.value, 2);
    assert.equal(settings["conf"]!.text, "w /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages - - - - 2");
    assert.match(settings["conf"]!.note!, /command line is surer/);
  });

  // postgres -C shared_memory_size_in_huge_pages, PostgreSQL 15 with 200 connections, for 2, 8 and 64 GiB of shared_buffers.
  for (const [memoryGib, bufferPages, pages] of [
    [10.9, 1024, 1063],
    [42.1, 4096, 4202],
    [330, 32_768, 33_505],
  ] as const) {
    it(`has pages enough for the shared memory of PostgreSQL beside it with ${memoryGib} GiB`, () => {
      const memory = { weight: null, minBytes: null, maxBytes: null };
      const config = image(app("pages", "hugepages", { memory }), app("db", "postgresql", { memory }));
      const result = computeTuning(config, machine(Math.floor(memoryGib * GIB), 4));
      assert.ok(result.kind === "tuned");
      const [own, db] = result.apps;
      const part = numberOf(db!.settings, "shared_buffers") / (bufferPages * 2 * MIB);
      assert.ok(part > 0.9 && part < 1.1, `${part}`);
      assert.ok(numberOf(own!.settings, "vm_nr_hugepages") >= pages * part);
      assert.ok(numberOf(own!.settings, "vm_nr_hugepages") <= 1.1 * bufferPages * part);
    });
  }

  provePromises({
    profile: "hugepages",
    given: fc.record(
      {
        percent: fc.integer({ min: 1, max: 100 }),
        size: fc.integer({ min: 1, max: 4 * GIB }),
        pageSize: fc.constantFrom("2MiB", "1GiB"),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings) => numberOf(settings, "size"),
  });
});

import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, MIB, numberOf, texts, tryAlone } from "./alone.ts";
import { provePromises } from "./prove-profile.ts";

describe("php-fpm", () => {
  // heroku-buildpack-php, autotune.php and its specs: MiB, CPUs, memory_limit in MiB, pm.max_children.
  for (const [memoryMib, vcpus, limitMib, children] of [
    [2560, 1, 128, 10],
    [2560, 16, 128, 20],
    [2560, 1, 24, 53],
    [14_336, 8, 128, 112],
    [6144, 8, 128, 48],
    [512, 8, 128, 4],
    [512, 8, 32, 16],
    [512, 8, 24, 21],
    [512, 8, 16, 32],
    // No limit: one child may take all.
    [512, 8, 512, 1],
    [1024, 1, 1024, 1],
  ] as const) {
    it(`has ${children} children of ${limitMib} MiB in ${memoryMib} MiB on ${vcpus} CPUs, as Heroku`, () => {
      const settings = alone("php-fpm", memoryMib * MIB, vcpus, { memoryLimit: `${limitMib}MiB` });
      assert.equal(settings["pm_max_children"]!.value, children);
    });
  }
  // fpm.md: memory less what is reserved, by what a request takes; from 25 on 5 for each CPU at most.
  for (const [memoryMib, vcpus, given, children, boundBy] of [
    [160, 1, {}, 2, null],
    [520, 1, {}, 10, null],
    [2095, 8, {}, 40, "cap"],
    [630, 2, { requestMemory: "110MiB", reservedMemory: "80MiB" }, 5, null],
    // Upsun would round up to 6: the share would not hold them.
    [640, 2, { requestMemory: "110MiB", reservedMemory: "80MiB" }, 5, "share"],
    // Upsun would fall from 24 to 20.
    [1150, 4, {}, 24, null],
    [1195, 4, {}, 24, "cap"],
    [1195, 5, {}, 25, null],
  ] as const) {
    it(`has ${children} children in ${memoryMib} MiB on ${vcpus} CPUs, as Upsun`, () => {
      const setting = alone("php-fpm", memoryMib * MIB, vcpus, { rule: "upsun", ...given })["pm_max_children"]!;
      assert.deepEqual([setting.value, setting.boundBy], [children, boundBy]);
    });
  }
  it("says where it departs from Upsun", () => {
    const notes = [1196 * MIB, 300 * MIB, 160 * MIB].map(
      (memory) => alone("php-fpm", memory, 4, { rule: "upsun" })["pm_max_children"]!.note,
    );
    assert.match(String(notes[0]), /^Upsun would go down/);
    assert.match(String(notes[1]), /^Upsun rounds up/);
    assert.equal(notes[2], null);
  });

  const SPARES = ["pm", "pm_max_children", "pm_start_servers", "pm_min_spare_servers", "pm_max_spare_servers"];
  it("keeps spare children in the order that FPM asks for", () => {
    assert.deepEqual(
      [1, 2, 5, 20, 112].map((maxChildren) =>
        SPARES.slice(2).map((name) => alone("php-fpm", 14 * GIB, 8, { maxChildren })[name]!.value),
      ),
      [
        [1, 1, 1],
        [1, 1, 1],
        [2, 1, 3],
        [10, 5, 15],
        [56, 28, 84],
      ],
    );
  });
  it("has no spare children but in dynamic mode", () => {
    assert.deepEqual(texts(alone("php-fpm", GIB, 2, { pm: "static" }), ...SPARES.slice(0, 3)), {
      pm: "static",
      pm_max_children: "8",
      pm_start_servers: "absent",
    });
    assert.equal(alone("php-fpm", GIB, 2, { pm: "ondemand" })["pm_process_idle_timeout"]!.text, "10s");
  });
  it("writes memory_limit as PHP reads it", () => {
    const limits = ["128MiB", "1GiB", "1536KiB", 9_000_001].map(
      (memoryLimit) => alone("php-fpm", GIB, 2, { memoryLimit })["memory_limit"]!.text,
    );
    assert.deepEqual(limits, ["128M", "1G", "1536K", "9000001"]);
    assert.equal(alone("php-fpm", GIB, 2, { rule: "upsun" })["memory_limit"]!.text, "45M");
  });
  it("does not fit below one child, or the children that are asked for", () => {
    assert.equal(tryAlone("php-fpm", 127 * MIB, 2), null);
    assert.equal(tryAlone("php-fpm", 1279 * MIB, 2, { maxChildren: 10 }), null);
    assert.equal(tryAlone("php-fpm", 159 * MIB, 2, { rule: "upsun" }), null);
  });

  provePromises({
    profile: "php-fpm",
    given: fc.record(
      {
        rule: fc.constantFrom("heroku", "upsun"),
        pm: fc.constantFrom("dynamic", "static", "ondemand"),
        maxChildren: fc.integer({ min: 1, max: 500 }),
        memoryLimit: fc.integer({ min: MIB, max: GIB }),
        requestMemory: fc.integer({ min: 10 * MIB, max: 256 * MIB }),
        reservedMemory: fc.integer({ min: 70 * MIB, max: 512 * MIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes(settings, { rule = "heroku", reservedMemory = 70 * MIB }) {
      const children = numberOf(settings, "pm_max_children") * numberOf(settings, "memory_limit");
      return children + (rule === "upsun" ? Number(reservedMemory) : 0);
    },
  });
});

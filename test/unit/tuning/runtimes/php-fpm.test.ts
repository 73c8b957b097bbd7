import assert from "node:assert/strict";
import fc from "fast-check";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { phpFpm } from "../../../../agent/tuning/runtimes/php-fpm.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

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
      const given = { memoryLimit: `${limitMib}MiB`, reservedMemory: "8MiB" };
      const settings = alone("php-fpm", (memoryMib + 8) * MIB, vcpus, given);
      assert.equal(settings["pm_max_children"]!.value, children);
    });
  }
  // Upsun's fpm.md: 70 MB at least are not for requests. Heroku would have one child more in each.
  for (const [memoryMib, vcpus, children] of [
    [198, 2, 1],
    [512, 8, 3],
    [2560, 16, 19],
    [14_336, 8, 111],
  ] as const) {
    it(`has ${children} children in ${memoryMib} MiB on ${vcpus} CPUs: the opcache fits beside them`, () =>
      assert.equal(alone("php-fpm", memoryMib * MIB, vcpus)["pm_max_children"]!.value, children));
  }
  it("says where it departs from Heroku", () => {
    const { pm_max_children: children } = alone("php-fpm", 512 * MIB, 8);
    assert.equal(children!.boundBy, "share");
    assert.match(children!.note!, /opcache/);
    assert.equal(alone("php-fpm", 2560 * MIB, 1)["pm_max_children"]!.note, null);
  });
  it("can use what its children take at the most that the CPUs bear", () => {
    const capMib = (vcpus: number, given: Given = {}): number => {
      const resolved = resolveOptions(phpFpm, given);
      assert.ok(resolved.kind === "resolved");
      return phpFpm.capBytes(resolved.options, allot(GIB, vcpus)) / MIB;
    };
    // Heroku: 6 children on a CPU, 48 on 4, 112 on 8.
    assert.deepEqual(
      [1, 4, 8].map((vcpus) => capMib(vcpus)),
      [70 + 6 * 128, 70 + 48 * 128, 70 + 112 * 128],
    );
    assert.equal(capMib(8, { rule: "upsun" }), 70 + 40 * 45);
    assert.equal(capMib(8, { maxChildren: 6 }), 70 + 6 * 128);
    for (const vcpus of [1, 2, 3, 4, 8, 16, 64, 192]) {
      const [atCap, above] = [capMib(vcpus), 2 * capMib(vcpus)].map(
        (mib) => alone("php-fpm", mib * MIB, vcpus)["pm_max_children"]!.value,
      );
      assert.equal(atCap, (capMib(vcpus) - 70) / 128);
      // Heroku gives a little more with each doubling.
      assert.equal(Number(above) - atCap, 2 * vcpus);
    }
  });
  it("warns of fewer than three children", () => {
    assert.equal(phpFpm.useful({ rule: "heroku" })["pm_max_children"]!.least, 3);
    assert.match(phpFpm.useful({ rule: "upsun" })["pm_max_children"]!.instead!, /requestMemory/);
  });
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
        SPARES.slice(2).map((name) => alone("php-fpm", 15 * GIB, 8, { maxChildren })[name]!.value),
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
      pm_max_children: "7",
      pm_start_servers: "absent",
    });
    assert.equal(alone("php-fpm", GIB, 2, { pm: "ondemand" })["pm_process_idle_timeout"]!.text, "10s");
  });
  it("writes memory_limit as PHP reads it", () => {
    const limits = ["128MiB", "1GiB", "1536KiB", 9_000_001].map(
      (memoryLimit) => alone("php-fpm", 2 * GIB, 2, { memoryLimit })["memory_limit"]!.text,
    );
    assert.deepEqual(limits, ["128M", "1G", "1536K", "9000001"]);
    assert.equal(alone("php-fpm", GIB, 2, { rule: "upsun" })["memory_limit"]!.text, "45M");
  });
  it("does not fit below one child, or the children that are asked for", () => {
    assert.equal(tryAlone("php-fpm", 197 * MIB, 2), null);
    assert.equal(tryAlone("php-fpm", 1349 * MIB, 2, { maxChildren: 10 }), null);
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
        reservedMemory: fc.integer({ min: 8 * MIB, max: 512 * MIB }),
      },
      { requiredKeys: [] },
    ),
    worstBytes: (settings, { reservedMemory = 70 * MIB }) =>
      numberOf(settings, "pm_max_children") * numberOf(settings, "memory_limit") + Number(reservedMemory),
  });
});

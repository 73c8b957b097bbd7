import assert from "node:assert/strict";
import type { BootUnit, ManagerTimes } from "../../../agent/analyze/boot-units.ts";
import { placeInBoot } from "../../../agent/analyze/place-in-boot.ts";

const MS = 1_000;

const MACHINE: ManagerTimes = {
  firmwareUs: 0,
  loaderUs: 0,
  initrdUs: 0,
  userspaceUs: 1_000 * MS,
  finishUs: 3_000 * MS,
  isMachine: true,
};

function unit(name: string, startMs: number, doneMs: number, ...after: string[]): BootUnit {
  return { name, after, startUs: startMs * MS, doneUs: doneMs * MS };
}

/** nginx waits for parbake from 1100 to 1500 ms, sshd takes until 1400 ms by itself. */
const UNITS: readonly BootUnit[] = [
  unit("basic.target", 1_100, 1_100),
  unit("parbake.service", 1_100, 1_480, "basic.target"),
  unit("parbake-ready@nginx.service", 1_490, 1_500, "parbake.service", "basic.target"),
  unit("nginx.service", 1_505, 1_600, "parbake-ready@nginx.service", "basic.target"),
  unit("sshd.service", 1_150, 1_400, "basic.target"),
  unit("multi-user.target", 1_600, 1_600, "nginx.service", "sshd.service", "parbake.service", "basic.target"),
];

describe("parbake's place in the boot", () => {
  it("costs what the target would gain: less than it took where another unit is nearly as late", () => {
    const place = placeInBoot(MACHINE, UNITS, "multi-user.target");
    // Without it nginx starts at 1115 and is up at 1210, but sshd only at 1400.
    assert.equal(place.costMs, 200);
    assert.deepEqual(place.units, [{ unit: "nginx.service", startMs: 1_505, doneMs: 1_600, waitedMs: 390 }]);
    assert.deepEqual(place.service, { unit: "parbake.service", startMs: 1_100, doneMs: 1_480 });
  });

  it("is told by the chain of those that each waited for last", () => {
    const { chain } = placeInBoot(MACHINE, UNITS, "multi-user.target");
    assert.deepEqual(
      chain.map((one) => one.unit),
      ["multi-user.target", "nginx.service", "parbake-ready@nginx.service", "parbake.service", "basic.target"],
    );
  });

  it("costs nothing where nothing of the chain waits for it", () => {
    const others = UNITS.filter(({ name }) => name !== "sshd.service");
    const slow = unit("sshd.service", 1_150, 1_599, "basic.target");
    const early = others.map((one) =>
      one.name === "nginx.service" ? unit("nginx.service", 1_505, 1_510, ...one.after) : one,
    );
    const place = placeInBoot(MACHINE, [...early, slow], "multi-user.target");
    assert.deepEqual(
      [place.costMs, place.chain.map((one) => one.unit)],
      [0, ["multi-user.target", "sshd.service", "basic.target"]],
    );
  });

  it("counts a wait at the ready unit itself, which need not come after parbake.service", () => {
    const ready = "parbake-ready@nginx.service";
    const waves = [
      unit("basic.target", 1_100, 1_100),
      unit("parbake.service", 1_100, 1_900, "basic.target"),
      unit(ready, 1_110, 1_300, "basic.target"),
      unit("nginx.service", 1_300, 1_400, ready, "basic.target"),
      unit("multi-user.target", 1_900, 1_900, "nginx.service", "parbake.service"),
    ];
    const place = placeInBoot(MACHINE, waves, "multi-user.target");
    assert.deepEqual([place.units[0]?.waitedMs, place.costMs], [190, 690]);
  });

  it("is not known of a run after the boot, nor what a unit that was started then had waited for", () => {
    const later = UNITS.map((one) =>
      one.name === "parbake.service" || one.name === "nginx.service"
        ? { ...one, startUs: one.startUs + 9_000 * MS, doneUs: one.doneUs + 9_000 * MS }
        : one,
    );
    const place = placeInBoot(MACHINE, later, "multi-user.target");
    assert.equal(place.costMs, null);
    assert.deepEqual(place.units, [{ unit: "nginx.service", startMs: 10_505, doneMs: 10_600, waitedMs: 0 }]);
  });

  it("counts from the kernel's beginning on a machine, and from systemd's in a container", () => {
    const machine = { ...MACHINE, firmwareUs: 700 * MS, loaderUs: 200 * MS, initrdUs: 400 * MS };
    assert.deepEqual(placeInBoot(machine, UNITS, "multi-user.target").phases, [
      { name: "firmware", startMs: -700, tookMs: 500 },
      { name: "loader", startMs: -200, tookMs: 200 },
      { name: "kernel", startMs: 0, tookMs: 400 },
      { name: "initrd", startMs: 400, tookMs: 600 },
      { name: "userspace", startMs: 1_000, tookMs: 2_000 },
    ]);
    const container = placeInBoot({ ...MACHINE, isMachine: false }, UNITS, "multi-user.target");
    assert.deepEqual(container.phases, [{ name: "userspace", startMs: 0, tookMs: 2_000 }]);
    assert.deepEqual(container.service, { unit: "parbake.service", startMs: 100, doneMs: 480 });
  });

  it("is told of a boot that goes on, of units in a circle, and of no unit at all", () => {
    const circle = [unit("a.service", 1_100, 1_100, "b.service"), unit("b.service", 1_100, 1_100, "a.service")];
    const place = placeInBoot({ ...MACHINE, finishUs: 0 }, circle, "a.service");
    assert.deepEqual([place.finishedMs, place.target?.doneMs, place.costMs], [null, 1_100, null]);
    const nothing = placeInBoot(MACHINE, [], "multi-user.target");
    assert.deepEqual(
      [nothing.target, nothing.service, nothing.costMs, nothing.chain, nothing.units],
      [null, null, null, [], []],
    );
  });
});

import assert from "node:assert/strict";
import { hasRoomToWait, heldUnitOf, nameSpecifier } from "../../../agent/names/ready-unit.ts";

describe("the parbake-ready@ of a unit", () => {
  for (const [unit, specifier, ready] of [
    ["api.service", "%N", "parbake-ready@api.service"],
    ["postgresql@16-main.service", "%N", "parbake-ready@postgresql@16-main.service"],
    ["dbus-org.example.thing.service", "%N", "parbake-ready@dbus-org.example.thing.service"],
    ["api.timer", "%n", "parbake-ready@api.timer.service"],
    ["api.socket", "%n", "parbake-ready@api.socket.service"],
    // Without its suffix it would be taken for a timer.
    ["api.timer.service", "%n", "parbake-ready@api.timer.service.service"],
    ["api.service.service", "%n", "parbake-ready@api.service.service.service"],
  ] as const)
    it(`is ${ready} of ${unit}`, () => {
      assert.equal(nameSpecifier(unit), specifier);
      assert.equal(heldUnitOf(ready), unit);
    });

  it("is known where a drop-in of an earlier version named it", () => {
    assert.equal(heldUnitOf("parbake-ready@api.service.service"), "api.service");
  });

  it("has a name that systemd takes, where the unit's own leaves room for it", () => {
    const named = (count: number, type: string): string => `${"a".repeat(count)}.${type}`;
    const room = (unit: string): boolean => hasRoomToWait(unit);
    assert.deepEqual([room(named(233, "service")), room(named(234, "service"))], [true, false]);
    assert.deepEqual([room(named(227, "timer")), room(named(228, "timer"))], [true, false]);
    assert.deepEqual([room(named(219, "timer.service")), room(named(220, "timer.service"))], [true, false]);
  });

  it("is no other unit", () => {
    for (const name of ["parbake.service", "parbake-ready@.service", "api.service"])
      assert.equal(heldUnitOf(name), null);
  });
});

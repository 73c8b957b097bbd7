import assert from "node:assert/strict";
import { parseManager, parseUnits } from "../../../agent/analyze/boot-units.ts";

describe("what systemctl shows of a boot", () => {
  it("is of each unit that was started its order and its times; a oneshot is done when it is inactive again", () => {
    const units = parseUnits(`
ExecMainStartTimestampMonotonic=64514706673
Id=parbake-ready@nginx.service
After="system-parbake\\\\x2dready.slice" basic.target parbake.service
InactiveExitTimestampMonotonic=64514706845
ActiveEnterTimestampMonotonic=0
InactiveEnterTimestampMonotonic=64514712991

Id=nginx.service
After=parbake-ready@nginx.service
InactiveExitTimestampMonotonic=64514719314
ActiveEnterTimestampMonotonic=64514732272
InactiveEnterTimestampMonotonic=0

Id=parbake-retry.timer
After=sysinit.target
InactiveExitTimestampMonotonic=0
ActiveEnterTimestampMonotonic=0
InactiveEnterTimestampMonotonic=0

Id=slow.service
After=
InactiveExitTimestampMonotonic=64514719315
ActiveEnterTimestampMonotonic=64514719000
InactiveEnterTimestampMonotonic=64514719001
`);
    assert.deepEqual(units, [
      {
        name: "parbake-ready@nginx.service",
        after: ["system-parbake\\x2dready.slice", "basic.target", "parbake.service"],
        startUs: 64514706845,
        doneUs: 64514712991,
      },
      {
        name: "nginx.service",
        after: ["parbake-ready@nginx.service"],
        startUs: 64514719314,
        doneUs: 64514732272,
      },
    ]);
  });

  it("is of systemd itself when its phases began; a container's has set up no security module", () => {
    const text =
      "UserspaceTimestampMonotonic=1614067\nInitRDTimestampMonotonic=900000\nFinishTimestampMonotonic=4517018\n";
    assert.deepEqual(
      parseManager(`${text}SecurityStartTimestampMonotonic=1620000\nFirmwareTimestampMonotonic=700000\n`),
      {
        firmwareUs: 700_000,
        loaderUs: 0,
        initrdUs: 900_000,
        userspaceUs: 1_614_067,
        finishUs: 4_517_018,
        isMachine: true,
      },
    );
    assert.equal(parseManager(`${text}SecurityStartTimestampMonotonic=0\n`)?.isMachine, false);
    assert.equal(parseManager("Version=252\n"), null);
  });
});

import assert from "node:assert/strict";
import { judge } from "../../../scripts/simulation/judge.ts";
import type { Observation } from "../../../scripts/simulation/observe.ts";
import type { Promises } from "../../../scripts/simulation/row.ts";

const IMAGE = {
  units: [
    { unit: "web.service", wave: "hardware", secrets: [] },
    { unit: "names.service", wave: "instance", secrets: [] },
    { unit: "api.service", wave: "secrets", secrets: ["prod/api"] },
  ],
  secrets: ["prod/api"],
} as const;

const WELL: Promises = { held: () => false, hardwareWithin: 2, says: null, status: 0 };
const HELD: Promises = { ...WELL, held: ({ secrets }) => secrets.length > 0, says: /no such secret/, status: 69 };

const QUIET: Observation = {
  system: "running",
  failed: [],
  basicAfterMs: 700,
  units: IMAGE.units.map(({ unit }) => ({ unit, upAfterMs: 900 })),
  status: 0,
  errors: [],
  console: [],
  cycles: [],
  verify: [],
};

function withTimes(times: Readonly<Record<string, number | null>>): Observation {
  return {
    ...QUIET,
    units: QUIET.units.map((state) => ({
      ...state,
      upAfterMs: times[state.unit] === undefined ? 900 : times[state.unit]!,
    })),
  };
}

describe("judge", () => {
  it("takes a boot of which no unit is seen for none", () => {
    assert.deepEqual(judge(WELL, { ...QUIET, units: [] }, [], IMAGE), [
      "no unit that waits for parbake was asked for, of the image's 3",
    ]);
    assert.deepEqual(judge(WELL, { ...QUIET, units: [] }, [], { units: [], secrets: [] }), []);
  });

  it("finds nothing in a boot that went as promised", () => {
    assert.deepEqual(judge(WELL, QUIET, [], IMAGE), []);
    const held = {
      ...withTimes({ "api.service": null }),
      status: 69,
      errors: ["no such secret"],
      console: ["no such secret"],
    };
    assert.deepEqual(judge(HELD, held, [], IMAGE), []);
  });

  it("names a unit that is not up, and one that is up without what it needs", () => {
    assert.deepEqual(judge(WELL, withTimes({ "names.service": null }), [], IMAGE), ["names.service is not up"]);
    const [problem] = judge(HELD, QUIET, [], IMAGE);
    assert.equal(problem, "api.service is up without what it needs");
  });

  it("names a unit that waited although the hardware decides all that it needs, and no other that was as late", () => {
    const late = withTimes({ "web.service": 6_401, "names.service": 20_000, "api.service": 20_000 });
    assert.deepEqual(judge(WELL, late, [], IMAGE), [
      "web.service needs the hardware alone and was up after 6401 ms; the first services could be after 700",
    ]);
  });

  it("wants a cause in the journal's errors and on the console, and no line of it twice", () => {
    const held = { ...withTimes({ "api.service": null }), status: 69 };
    const twice = { ...held, errors: ["a: no such secret", "a: no such secret"], console: ["another line"] };
    assert.deepEqual(judge(HELD, twice, [], IMAGE), [
      "the journal's errors: twice the line a: no such secret",
      "the console: no line says no such secret",
    ]);
  });

  it("wants the console to say a cause no more often than the journal, for each unit that waits for it", () => {
    const held = { ...withTimes({ "api.service": null }), status: 69 };
    const lines = ["a: no such secret", "b: no such secret"];
    assert.deepEqual(judge(HELD, { ...held, errors: lines, console: lines }, [], IMAGE), []);
    assert.deepEqual(judge(HELD, { ...held, errors: lines.slice(1), console: lines }, [], IMAGE), [
      "the console says the cause 2 times, the journal 1",
    ]);
  });

  it("takes each error, once, for a broken promise where all is well in the end", () => {
    assert.deepEqual(judge(WELL, { ...QUIET, errors: ["oh", "no", "oh"] }, [], IMAGE), [
      "the journal has an error: oh",
      "the journal has an error: no",
    ]);
  });

  it("wants the exit status, an order without cycles, units that verify, and what the machine is to tell", () => {
    const promises: Promises = { ...WELL, tells: [{ argv: ["parbake", "status"], text: /m6i/ }] };
    const seen = { ...QUIET, status: null, cycles: ["Found ordering cycle on a"], verify: ["parbake.service: b"] };
    assert.deepEqual(judge(promises, seen, ["in sync\n"], IMAGE), [
      "parbake.service ended with null, not 0",
      "systemd: Found ordering cycle on a",
      "systemd-analyze verify: parbake.service: b",
      "parbake status says nothing of m6i, but: in sync",
    ]);
  });

  it("asks each question for itself", () => {
    const tells = [
      { argv: ["cat", "a"], text: /^well$/ },
      { argv: ["cat", "b"], text: /^well$/ },
    ];
    assert.deepEqual(judge({ ...WELL, tells }, QUIET, ["well", "well"], IMAGE), []);
    assert.deepEqual(judge({ ...WELL, tells }, QUIET, ["well"], IMAGE), ["cat b says nothing of ^well$, but: "]);
  });

  it("names the failed units of a system of which it is promised that none fails, and of no other", () => {
    const degraded = { ...QUIET, system: "degraded", failed: ["cloud-final.service"] };
    assert.deepEqual(judge({ ...WELL, system: "running" }, degraded, [], IMAGE), [
      "the system is degraded, not running: cloud-final.service",
    ]);
    assert.deepEqual(judge(WELL, degraded, [], IMAGE), []);
  });

  it("does not ask for a unit that nothing in the boot has asked for", () => {
    const [web, ...others] = QUIET.units;
    assert.deepEqual(judge(WELL, { ...QUIET, units: others }, [], IMAGE), []);
    assert.equal(web!.unit, "web.service");
  });
});

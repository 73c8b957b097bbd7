import assert from "node:assert/strict";
import fc from "fast-check";
import {
  adviseUnit,
  isInSlice,
  isLimitable,
  isRunnable,
  isService,
  parseUnitName,
  sliceOf,
  templateOf,
} from "../../../agent/names/unit-name.ts";

const LONGEST = `${"a".repeat(247)}.service`;

describe("a unit's name", () => {
  const good: readonly (readonly [name: string, type: string, kind: string])[] = [
    ["nginx.service", "service", "plain"],
    ["docker.socket", "socket", "plain"],
    ["dev-sda.device", "device", "plain"],
    ["proc-sys.automount", "automount", "plain"],
    ["dev-zram0.swap", "swap", "plain"],
    ["run-my\\x2dapp.mount", "mount", "plain"],
    ["a.b_c:d-e.timer", "timer", "plain"],
    ["postgresql@.service", "service", "template"],
    ["postgresql@16-main.service", "service", "instance"],
    ["user@1000.service", "service", "instance"],
    ["odd@a@b.service", "service", "instance"],
    ["odd@-x.service", "service", "instance"],
    [LONGEST, "service", "plain"],
  ];
  for (const [name, type, kind] of good)
    it(`may be ${name.slice(0, 40)}`, () => assert.deepEqual(parseUnitName(name), { type, kind }));

  const bad = [
    "",
    "nginx",
    ".service",
    "@.service",
    "@a.service",
    "nginx.conf",
    "nginx.Service",
    "-Hevil.service",
    "-.mount",
    "--now.service",
    "../report.json",
    "a/b.service",
    "a b.service",
    "a\n.service",
    "a.service\n",
    "a*.service",
    "ä.service",
    "a.service ",
    "a%i.service",
    `a${LONGEST}`,
  ];
  for (const name of bad)
    it(`may not be ${JSON.stringify(name.slice(0, 40))}`, () => assert.equal(parseUnitName(name), null));

  it("is of something that can be reloaded unless it is a template or a device", () => {
    assert.deepEqual(
      ["api.service", "api@1.service", "data.mount", "api@.service", "dev-sda.device", "api"].map(isRunnable),
      [true, true, true, false, false, false],
    );
    assert.deepEqual(["api.service", "api@.service", "api.socket", "api"].map(isService), [true, true, false, false]);
  });

  it("leads from an instance to its template", () => {
    assert.equal(templateOf("api@1.service"), "api@.service");
    assert.equal(templateOf("odd@a@b.c.service"), "odd@.service");
    assert.equal(templateOf("api@.service"), null);
    assert.equal(templateOf("api.service"), null);
    assert.equal(templateOf("../x@1.service"), null);
  });

  const advice: readonly (readonly [name: string, fix: string])[] = [
    ["nginx", "Give it with its suffix: nginx.service."],
    ["nginx.servce", "Did you mean 'nginx.service'?"],
    ["-Hevil.service", "Remove the hyphen at its beginning."],
    ["a/b.service", "It may have letters, digits and :_.\\@-; `systemd-escape` writes the others."],
    ["api@.service", "Name an instance: api@main.service."],
    ["dev-sda.device", "Name the unit that uses it."],
    [`a${LONGEST}`, "Shorten it to 255 characters."],
    ["@", "Write it as api.service."],
  ];
  for (const [name, fix] of advice)
    it(`is refused with how to fix it: ${name.slice(0, 40)}`, () => assert.equal(adviseUnit(name), fix));
});

describe("what limits a unit", () => {
  it("is set for a service, an instance of a template and a slice, and for nothing else", () => {
    for (const unit of ["api.service", "postgresql@16-main.service", "web.slice"]) assert.ok(isLimitable(unit), unit);
    for (const unit of ["postgresql@.service", "api.timer", "api.socket", "api", "", "system.slice", "user.slice"])
      assert.ok(!isLimitable(unit), unit);
  });
  // As systemd 252 names them; `test/e2e/enforced.test.ts` asks it.
  for (const [unit, slice] of [
    ["postgresql@16-main.service", "system-postgresql.slice"],
    ["my-app@1.service", String.raw`system-my\x2dapp.slice`],
    [String.raw`a\x2db@1.service`, String.raw`system-a\x5cx2db.slice`],
    ["api.service", null],
    ["postgresql@.service", null],
  ] as const)
    it(`counts for ${unit} in ${slice ?? "system.slice itself"}`, () => assert.equal(sliceOf(unit), slice));
  // systemd.slice(5): the dashes of a slice's name are its path.
  for (const [unit, slice, isIn] of [
    ["jobs-batch.slice", "jobs.slice", true],
    ["jobs-batch-night.slice", "jobs.slice", true],
    ["jobs-batch-night.slice", "jobs-batch.slice", true],
    ["postgresql@16-main.service", "system-postgresql.slice", true],
    ["my-app@1.service", String.raw`system-my\x2dapp.slice`, true],
    ["api.service", "system.slice", true],
    ["postgresql@16-main.service", "system.slice", true],
    ["jobs.slice", "jobs-batch.slice", false],
    ["jobs.slice", "jobs.slice", false],
    ["jobs2.slice", "jobs.slice", false],
    ["jobs-batch.service", "jobs.slice", false],
    ["mysql@a.service", "system-postgresql.slice", false],
    ["my-app@1.service", "system-my.slice", false],
    ["jobs-batch.slice", "jobs.service", false],
  ] as const)
    it(`tells that ${unit} is ${isIn ? "" : "not "}in ${slice}`, () => assert.equal(isInSlice(unit, slice), isIn));
});

describe("a unit that can be told, and a service", () => {
  it("are those that the grammar of units says, whatever the name", () => {
    const name = fc
      .array(fc.constantFrom("a", "@", ".", "-", ":", "\\x2d", "service", "device", "socket", "target", "/"), {
        maxLength: 6,
      })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(name, (text) => {
        const unit = parseUnitName(text);
        assert.equal(isRunnable(text), unit !== null && unit.kind !== "template" && unit.type !== "device", text);
        assert.equal(isService(text), unit?.type === "service", text);
      }),
      { numRuns: 3000 },
    );
  });
});

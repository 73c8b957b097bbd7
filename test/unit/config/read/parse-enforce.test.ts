import assert from "node:assert/strict";
import { parseConfig } from "../../../../agent/config/read/parse-config.ts";
import { formatProblem } from "../../../../agent/refusal.ts";

function parse(enforce: string, rest = "") {
  const text = `apps:\n  a: { profile: node, enforce: ${enforce} }\n${rest}`;
  return parseConfig([{ file: "parbake.yaml", text }]);
}

function enforceOf(written: string): unknown {
  const parsed = parse(written);
  assert.ok(parsed.kind === "config", parsed.kind === "problems" ? parsed.problems.map(formatProblem).join() : "");
  const { at: _, ...rest } = parsed.config.apps[0]!.enforce ?? { at: null, none: true };
  return rest;
}

function problemsOf(written: string, rest?: string): readonly string[] {
  const parsed = parse(written, rest);
  return parsed.kind === "problems" ? parsed.problems.map(formatProblem) : [];
}

describe("enforce of an app", () => {
  it("is on by true, by a unit, or by more than that", () => {
    assert.deepEqual(enforceOf("true"), { unit: null, highPercent: null });
    assert.deepEqual(enforceOf("postgresql@16-main.service"), {
      unit: "postgresql@16-main.service",
      highPercent: null,
    });
    assert.deepEqual(enforceOf("{ unit: web.slice, memoryHigh: 92.5% }"), { unit: "web.slice", highPercent: 92.5 });
    assert.deepEqual(enforceOf("{ memoryHigh: 90% }"), { unit: null, highPercent: 90 });
  });
  it("is off by false, and by nothing", () => {
    assert.deepEqual(enforceOf("false"), { none: true });
    assert.deepEqual(enforceOf(""), { none: true });
  });
  for (const [written, problem] of [
    ["yes", "'yes' is no service and no slice. Write true: to YAML 1.2, yes is a text."],
    ["api.timer", "'api.timer' is no service and no slice. Only services and slices can be limited: name one."],
    ["api", "'api' is no service and no slice. Give it with its suffix: api.service."],
    [
      "postgresql@.service",
      "'postgresql@.service' is no service and no slice. Name an instance: postgresql@main.service.",
    ],
    ...["system.slice", "user.slice", "init.scope", "-.slice"].map(
      (unit) =>
        [
          unit,
          `${unit} holds the machine's own services, such as sshd and journald, and is no unit of one app. Name the app's service, or a slice of its own: app.slice.`,
        ] as const,
    ),
    [
      "1",
      "expected true or a unit, found the number 1. Write `enforce: true`, or the unit: `enforce: postgresql@16-main.service`.",
    ],
    [
      "[api.service]",
      "expected true or a unit, found a list. Write `enforce: true`, or the unit: `enforce: postgresql@16-main.service`.",
    ],
  ] as const)
    it(`refuses ${written}, and says what to write`, () => {
      assert.deepEqual(problemsOf(written), [`parbake.yaml:2:32: apps.a.enforce: ${problem}`]);
    });
  for (const high of ["90", "100%", "49%"])
    it(`refuses ${high} as the part from which an app is slowed down`, () => {
      const [problem, ...others] = problemsOf(`{ unit: a.service, memoryHigh: ${high} }`);
      assert.match(problem!, /^parbake\.yaml:2:63: apps\.a\.enforce\.memoryHigh: expected a part of the share, found /);
      assert.match(problem!, /\. Write a percentage from 50 to below 100: 90%\. Without it, MemoryHigh is not set\.$/);
      assert.deepEqual(others, []);
    });
  it("tells a misspelt key from one that it knows", () => {
    assert.deepEqual(problemsOf("{ units: api.service }"), [
      "parbake.yaml:2:34: unknown key 'units' in apps.a.enforce. Did you mean 'unit'?",
    ]);
  });
  it("leaves no file of the config where its drop-in goes", () => {
    const path = "/etc/systemd/system/a.service.d/60-parbake-share.conf";
    assert.deepEqual(problemsOf("true", `files: [{ template: a.conf.hbs, path: ${path} }]\n`), [
      `parbake.yaml:3:9: ${path} is parbake's own. Say \`enforce: true\` at the app, and leave the file out; or give the file another name.`,
    ]);
  });
});

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { applyPlan } from "../../../../agent/apply/apply-plan.ts";
import { formatPlan } from "../../../../agent/cli/print/print-plan.ts";
import { formatPlans } from "../../../../agent/cli/print/print-plans.ts";
import { loadDiff } from "../../../../agent/cli/print/unified-diff.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { Facts } from "../../../../agent/facts/facts.ts";
import { inspectPlan } from "../../../../agent/inspect/inspect-plan.ts";
import type { Plan, Step } from "../../../../agent/plan/plan.ts";
import type { BelowUseful, Setting } from "../../../../agent/tuning/profile/profile.ts";
import { GIB } from "../../support/alone.ts";
import {
  fetched,
  fileStep,
  makeRunnable,
  OWN_GID,
  OWN_UID,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
} from "../../support/scratch.ts";
import { SOME_FACTS } from "../../support/some-facts.ts";

const computeDiff = await loadDiff();
const plain = choosePaint(false);
const BRIEF = { computeDiff: null, all: false };
const OWNER = `${OWN_UID}:${OWN_GID}`;

function complete(steps: readonly Step[], more: Partial<Plan> = {}): Plan {
  const budget = {
    availableBytes: 0,
    reservedBytes: 0,
    unallocatedBytes: 0,
    unallocatedReason: null,
    spare: [],
    gained: [],
    leftOut: [],
  };
  return { ...planOf(...steps), facts: SOME_FACTS, budget, ...more };
}

/** The section under a heading, its columns one blank apart. */
function section(text: string, heading: string): string[] {
  const lines = text.split("\n");
  const start = lines.indexOf(heading) + 1;
  assert.ok(start > 0, `no ${heading} in\n${text}`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith("  "));
  return lines.slice(start, length < 0 ? undefined : start + length).map((line) => line.trim().replaceAll(/ +/g, " "));
}

function show(plan: Plan, root: string, withDiff = false, paint = plain): string {
  return formatPlan(
    { plan, changes: inspectPlan(plan, root), standIns: [] },
    { computeDiff: withDiff ? computeDiff : null, all: false },
    paint,
  );
}

describe("a plan for people", () => {
  it("tells for each file what would become of it, its size and who hears of it", async () => {
    const { root, path, write } = makeRunnable();
    write("etc/older", "1\n2\n3\n");
    write("etc/mode", "x\n");
    chmodSync(path("etc/mode"), 0o600);
    await applyPlan(planOf(fileStep("/etc/same", "x\n"), fileStep("/etc/gone", "x\n")), optionsFor(root));
    const plan = complete([
      { kind: "folder", path: "/etc/d", owner: String(OWN_UID), group: String(OWN_GID), mode: 0o750 },
      fileStep("/etc/d/new", "1\n2\n", { onChange: [{ action: "reload", unit: "a.service" }] }),
      fileStep("/etc/older", "1\n2\n4\n5\n"),
      fileStep("/etc/mode", "x\n"),
      fileStep("/etc/same", "x\n"),
    ]);
    assert.deepEqual(section(show(plan, root), "files"), [
      `+ create /etc/d/ 0750 ${OWNER}`,
      `+ create /etc/d/new 0644 ${OWNER} +2 reload a.service text: no name tells another`,
      `~ update /etc/older 0644 ${OWNER} +2 −1 text: no name tells another`,
      `m mode only /etc/mode 0600 → 0644 ${OWNER} text: no name tells another`,
      "- remove /etc/gone",
      "= unchanged 1 file",
      "! /etc/older was not written by parbake: apply would replace it",
      "! /etc/mode was not written by parbake: apply would replace it",
    ]);
    const whole = formatPlan(
      { plan, changes: inspectPlan(plan, root), standIns: [] },
      { computeDiff: null, all: true },
      plain,
    );
    assert.ok(section(whole, "files").includes(`= unchanged /etc/same 0644 ${OWNER} text: no name tells another`));
  });

  it("tells first what changes, then how memory is divided, and every setting only if asked", () => {
    const { root } = makeRunnable();
    const plan = planFor("m7g.large", 8, "4G", "a\n");
    const inspected = { plan, changes: inspectPlan(plan, root), standIns: [] };
    const brief = formatPlan(inspected, BRIEF, plain);
    const tuning = `tuning for m7g.large: 4 vCPUs, 8 GiB
  reserve
  api      ████████████████████       4 GiB   50 %  jvm, 2 settings
  --all shows the settings; parbake explain api says why
`;
    assert.ok(brief.includes(tuning), brief);
    assert.ok(brief.indexOf("files\n") === 0 && brief.indexOf("files\n") < brief.indexOf("tuning for"), brief);
    assert.doesNotMatch(brief, /heap/);
    assert.match(formatPlan(inspected, { computeDiff: null, all: true }, plain), /^ {2}heap +4G$/m);
  });

  it("says of each file its wave, where there is more than one", () => {
    const { root } = makeRunnable();
    const steps = [fileStep("/etc/a", "4\n"), fileStep("/etc/b", "id\n", { ofInstance: true })];
    assert.deepEqual(section(show(complete(steps), root), "files"), [
      `+ create /etc/a 0644 ${OWNER} +1 text: no name tells another hardware`,
      `+ create /etc/b 0644 ${OWNER} +1 text: no name tells another instance`,
    ]);
  });

  it("tells an edit by hand that would be lost from one that is kept", async () => {
    const { root, path } = makeRunnable();
    const steps = [fileStep("/etc/lost", "x\n"), fileStep("/etc/kept", "x\n", { onDrift: "keep" })];
    await applyPlan(planOf(...steps), optionsFor(root));
    for (const name of ["lost", "kept"]) writeFileSync(path(`etc/${name}`), "edited\n");
    const lines = section(show(complete(steps), root), "files").map((line) => line.replaceAll(/\(.*?\)/g, "(time)"));
    assert.deepEqual(lines, [
      `~ update /etc/lost 0644 ${OWNER} +1 −1 text: no name tells another`,
      `k kept /etc/kept 0644 ${OWNER} +1 −1 text: no name tells another`,
      "! /etc/lost was edited by hand (time): apply would overwrite the edit",
      "! /etc/kept was edited by hand (time): apply keeps the edit",
    ]);
  });

  it("shows the difference in colour, and what was in the file without its terminal escapes", () => {
    const { root, write } = makeRunnable();
    write("etc/x", "same\n\u001b[2Jold\n");
    const text = show(complete([fileStep("/etc/x", "same\nnew\n")]), root, true, choosePaint(true));
    assert.ok(text.includes("\u001b[31m-\\x1b[2Jold\u001b[0m\n\u001b[32m+new\u001b[0m\n"), text);
    assert.ok(!text.includes("\u001b[2J"));
  });

  it("shows a secret as a reference, and of its files whether they are there: no value, length or digest", async () => {
    const { root } = makeRunnable();
    const steps = [
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
      fileStep(
        `${SECRETS_FOLDER}/app.env`,
        ["P=", { reference: { secret: "db", key: "password" }, format: "env" }, "\n"],
        { mode: 0o400 },
      ),
    ];
    const fetchSecret = async () => fetched({ password: "hunter2-canary" });
    await applyPlan(planOf(...steps), optionsFor(root, { fetchSecret }));
    const text = show(complete(steps), root, true);
    assert.deepEqual(section(text, "secrets"), [
      `prod/db#password → ${SECRETS_FOLDER}/db/password 0400 ${OWNER} present`,
    ]);
    assert.deepEqual(section(text, "files"), [
      `= present ${SECRETS_FOLDER}/app.env 0400 ${OWNER} text: no name tells another`,
    ]);
    assert.doesNotMatch(text, /hunter2|P=|[0-9a-f]{32}/);
  });

  it("says whether a secret is the current version, where that is known", async () => {
    const { root } = makeRunnable();
    const steps = [secretStep("db", { password: `${SECRETS_FOLDER}/db/password` })];
    await applyPlan(planOf(...steps), optionsFor(root, { fetchSecret: async () => fetched({ password: "x" }) }));
    for (const [version, state] of [
      ["version-1", "unchanged"],
      ["version-2", "update"],
    ] as const) {
      const changes = inspectPlan(complete(steps), root, new Map([["db", version]]));
      const text = formatPlan({ plan: complete(steps), changes, standIns: [] }, BRIEF, plain);
      assert.match(section(text, "secrets")[0]!, new RegExp(` ${state}$`));
    }
  });

  it("says that apply fixes the owner or mode of a secret whose version is current", async () => {
    const { root, path } = makeRunnable();
    const steps = [secretStep("db", { password: `${SECRETS_FOLDER}/db/password` })];
    await applyPlan(planOf(...steps), optionsFor(root, { fetchSecret: async () => fetched({ password: "x" }) }));
    chmodSync(path(`${SECRETS_FOLDER}/db/password`), 0o444);
    for (const [versions, state] of [
      [new Map([["db", "version-1"]]), "attributes"],
      [new Map([["db", "version-2"]]), "update"],
      [new Map<string, string>(), "present"],
    ] as const) {
      const changes = inspectPlan(complete(steps), root, versions);
      const text = formatPlan({ plan: complete(steps), changes, standIns: [] }, BRIEF, plain);
      assert.deepEqual(section(text, "secrets"), [
        `prod/db#password → ${SECRETS_FOLDER}/db/password 0400 ${OWNER} ${state}`,
      ]);
    }
  });

  it("counts a secret to fetch where its version is new, to check where AWS was not asked, and not at all where it is current", async () => {
    const { root } = makeRunnable();
    const reference = { secret: "ca", key: "pem" };
    const steps = [
      secretStep("db", { password: `${SECRETS_FOLDER}/db/password` }),
      secretStep("ca", { pem: null }),
      fileStep(`${SECRETS_FOLDER}/ca.env`, ["P=", { reference, format: "env" }, "\n"], { mode: 0o400 }),
    ];
    const summary = (versions: Readonly<Record<string, string>>) => {
      const changes = inspectPlan(complete(steps), root, new Map(Object.entries(versions)));
      const text = formatPlan({ plan: complete(steps), changes, standIns: [] }, BRIEF, plain);
      return text.trimEnd().split("\n").at(-1);
    };
    assert.equal(summary({}), "2 create; 2 to fetch");
    await applyPlan(
      planOf(...steps),
      optionsFor(root, { fetchSecret: async () => fetched({ password: "x", pem: "y" }) }),
    );
    assert.equal(summary({}), "2 present; 2 to check");
    assert.equal(summary({ db: "version-1" }), "1 unchanged, 1 present; 1 to check");
    assert.equal(summary({ db: "version-2" }), "1 update, 1 present; 1 to fetch, 1 to check");
    assert.equal(summary({ db: "version-1", ca: "version-1" }), "2 unchanged; 0 to fetch");
  });

  it("warns of what looks like a mistake, and names the facts that are made up", () => {
    const { root } = makeRunnable();
    const plan = complete([], { warnings: [{ what: "vars.x is not used", fix: "Drop it.", at: { file: "a.yaml" } }] });
    const text = formatPlan({ plan, changes: inspectPlan(plan, root), standIns: ["instanceId"] }, BRIEF, plain);
    assert.deepEqual(section(text, "warnings"), [
      "! a.yaml: vars.x is not used. Drop it.",
      "! known only on an instance, and shown as stand-ins: instanceId",
    ]);
  });
});

function setting(text: string): Setting {
  return { value: text, unit: "text", text, formula: "", inputs: {}, source: "", boundBy: null, note: null };
}

function planFor(
  instanceType: string,
  memoryGib: number,
  heap: string,
  file: string,
  belowUseful: readonly BelowUseful[] = [],
): Plan {
  const facts: Facts = { ...SOME_FACTS, instanceType, memLimitBytes: memoryGib * GIB };
  const memoryBytes = (memoryGib * GIB) / 2;
  const settings = { heap: setting(heap), gc: setting("g1") };
  const machine = { optional: false, memoryBytes, vcpus: 2, cores: 1 };
  const app = { name: "api", profile: "jvm", ...machine, settings, degraded: [], belowUseful };
  return complete([fileStep("/etc/same", "x\n"), fileStep("/etc/api", file)], { facts, apps: [app] });
}

describe("plans for several instance types", () => {
  const inspected = [planFor("m7g.large", 8, "4G", "a\nb\n"), planFor("m7g.xlarge", 16, "8G", "a\nc\nd\n")].map(
    (plan) => ({
      plan,
      changes: [],
      standIns: [],
    }),
  );

  it("give a row only to what differs, and one line to what is the same on all", () => {
    assert.equal(
      formatPlans(inspected, BRIEF, plain),
      `                          m7g.large  m7g.xlarge
memory as the OS sees it  8 GiB      16 GiB
vCPUs                     4          4
reserve                   0 B        0 B
api jvm                   4 GiB      8 GiB
  heap                    4G         8G
the same on all: 1 setting, 1 file
`,
    );
  });

  it("give every setting a row, if asked", () =>
    assert.match(formatPlans(inspected, { computeDiff: null, all: true }, plain), /^ {2}gc +g1 +g1$/m));

  it("tell first of each file what becomes of it, and how many texts it has", () => {
    const { root } = makeRunnable();
    const changing = inspected.map((each) => ({ ...each, changes: inspectPlan(each.plan, root) }));
    assert.deepEqual(section(formatPlans(changing, BRIEF, plain), "files"), [
      `+ create /etc/same 0644 ${OWNER} the same on all text: no name tells another`,
      `+ create /etc/api 0644 ${OWNER} 2 texts text: no name tells another`,
    ]);
  });

  it("give the files' difference from the first type, if asked", () => {
    const text = formatPlans(inspected, { computeDiff, all: false }, plain);
    const diff = "m7g.large → m7g.xlarge\n--- /etc/api\n+++ /etc/api\n@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n";
    assert.ok(text.startsWith(diff), text);
  });
});

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { applyPlan } from "../../../agent/apply/apply-plan.ts";
import { planDocument } from "../../../agent/cli/print/print-plan.ts";
import { Inputs } from "../../../agent/host/inputs/inputs.ts";
import { inspectPlan } from "../../../agent/inspect/inspect-plan.ts";
import { readSavedPlan } from "../../../agent/inspect/read-saved-plan.ts";
import { parseSavedPlan, observeChange, refuseMovedOn, type SavedPlan } from "../../../agent/inspect/saved-plan.ts";
import type { Plan, SecretStep } from "../../../agent/plan/plan.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { readReport } from "../../../agent/report/report-file.ts";
import {
  CANARY,
  fetched,
  fileStep,
  makeRunnable,
  OWN_GID,
  OWN_UID,
  optionsFor,
  planOf,
  secretStep,
  SECRETS_FOLDER,
} from "../support/scratch.ts";
import { SOME_FACTS } from "../support/some-facts.ts";
import { storeSecret } from "../support/store-secret.ts";

const PLAN: Plan = {
  ...planOf(
    { kind: "folder", path: "/etc/d", owner: String(OWN_UID), group: String(OWN_GID), mode: 0o755 },
    secretStep("db", { password: `${SECRETS_FOLDER}/db/password`, user: null }),
    fileStep("/etc/a", "a\n", {
      validate: ["/bin/true", "{}"],
      onChange: [{ action: "reload", unit: "a@b.service" }],
      healthCheck: ["/bin/true"],
    }),
    fileStep("/etc/b", "b\n"),
    fileStep(
      `${SECRETS_FOLDER}/app.env`,
      ["P=", { reference: { secret: "db", key: "user" }, format: "env", place: "alone" }],
      { mode: 0o400 },
    ),
  ),
  facts: { ...SOME_FACTS, fileSystems: [{ folder: "/var/lib/rabbitmq", sizeBytes: 8_000_000_000 }] },
  budget: {
    availableBytes: 3,
    reservedBytes: 2,
    unallocatedBytes: 1,
    unallocatedReason: "caps",
    spare: [{ app: "api", memoryBytes: 2 }],
    gained: [{ app: "db", memoryBytes: 1 }],
    leftOut: ["batch"],
  },
  apps: [
    {
      name: "api",
      profile: "jvm",
      optional: false,
      memoryBytes: 1,
      vcpus: 2,
      cores: 1,
      settings: {},
      degraded: [{ setting: "threads", wanted: "250", got: "60" }],
      belowUseful: [
        {
          setting: "heap",
          got: "64 MiB",
          least: 128,
          because: "so it is",
          fix: "Do it.",
          at: { file: "a.yaml", line: 3 },
        },
      ],
    },
  ],
  warnings: [{ what: "x", fix: "y.", at: { file: "a.hbs", line: 1, column: 2 } }],
};

function save(plan: Plan, root: string): string {
  const changes = inspectPlan(plan, root);
  const document = planDocument([{ plan, changes, standIns: [] }], (of, change) => observeChange(of, change, root), {
    metrics: "/var/x.prom",
    aws: { batch: false, startJitterMs: 0 },
  });
  return JSON.stringify(document);
}

function problemsOf(work: () => unknown): [code: string, ...problems: string[]] {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return [error.code, ...error.problems.map(({ what }) => what)];
  }
  return assert.fail("not refused");
}

/** The saved plan with one of its places changed. */
function tamper(text: string, change: (entry: Record<string, any>, document: Record<string, any>) => void): string {
  const document = JSON.parse(text);
  change(document.plans[0], document);
  return JSON.stringify(document);
}

describe("a saved plan", () => {
  it("comes back as the very plan", () => {
    const { root } = makeRunnable();
    const saved = parseSavedPlan(save(PLAN, root), "plan.json");
    assert.deepEqual(saved.plan, PLAN);
    assert.equal(saved.metrics, "/var/x.prom");
    assert.deepEqual(
      saved.changes.map(({ path, change, seen }) => [path, change, seen.kind]),
      [
        ["/etc/d", "create", "absent"],
        [`${SECRETS_FOLDER}/db/password`, "create", "absent"],
        ["/etc/a", "create", "absent"],
        ["/etc/b", "create", "absent"],
        [`${SECRETS_FOLDER}/app.env`, "create", "absent"],
      ],
    );
  });

  it("comes back from a parbake that knew nothing of spare memory, of what is useful and of some facts", () => {
    const { root } = makeRunnable();
    const later = ["gpus", "cpuBaselinePercent", "fileSystems"];
    const saved = tamper(save(PLAN, root), ({ budget, apps, facts }) => {
      for (const name of ["unallocatedReason", "spare", "gained"]) delete budget[name];
      delete apps[0].belowUseful;
      for (const name of later) delete facts[name];
    });
    const { budget, apps, facts } = parseSavedPlan(saved, "plan.json").plan;
    assert.deepEqual(budget, { ...PLAN.budget, unallocatedReason: null, spare: [], gained: [] });
    assert.deepEqual(apps, [{ ...PLAN.apps[0]!, belowUseful: [] }]);
    assert.deepEqual(facts, { ...PLAN.facts, gpus: null, cpuBaselinePercent: null, fileSystems: null });
  });

  it("comes back with all that is said of a secret", () => {
    const { root } = makeRunnable();
    const step: SecretStep = {
      ...secretStep("key", {}),
      version: { kind: "stage", stage: "AWSPENDING" },
      onUnavailable: "keep",
      keys: [
        {
          key: "k",
          pointer: "/a/0",
          newline: "strip",
          path: `${SECRETS_FOLDER}/key`,
          owner: String(OWN_UID),
          group: null,
          mode: 0o400,
          onChange: [{ action: "restart", unit: "a.service" }],
        },
      ],
    };
    const plan = { ...PLAN, steps: [...PLAN.steps, step] };
    assert.deepEqual(parseSavedPlan(save(plan, root), "p.json").plan, plan);
  });

  it("is refused with every reason where it was edited into something else", () => {
    const text = save(PLAN, makeRunnable().root);
    const refused: readonly (readonly [string, ...string[]])[] = [
      ["{", "it is not JSON"],
      ["[]", "it is not a plan of schema 1"],
      ['{"schema":1}', "it is not a plan of schema 1"],
      [tamper(text, (_, document) => (document["schema"] = 2)), "it is not a plan of schema 1"],
      [tamper(text, (entry, document) => document["plans"].push(entry)), "it holds plans for several machines"],
      [
        tamper(text, ({ steps }) => (steps[2].path = "/etc/../shadow")),
        "plan.plans[0].steps[2].path is a text, and an absolute path without .. and // was expected",
      ],
      [
        tamper(text, ({ steps }) => Object.assign(steps[3], { mode: "0644", content: [1] })),
        "plan.plans[0].steps[3].mode is a text, and a whole number from 0 to 4095 was expected",
        "plan.plans[0].steps[3].content[0] is a number, and a text was expected",
      ],
      [
        tamper(text, ({ steps }) => (steps[2].onChange[0].unit = "--root=/tmp.service")),
        "plan.plans[0].steps[2].onChange[0].unit is a text, and a unit that can be reloaded or restarted was expected",
      ],
      [
        tamper(text, ({ steps }) => Object.assign(steps[2], { validate: ["nginx", "-t"], healthCheck: ["/opt/../x"] })),
        "plan.plans[0].steps[2].validate[0] is a text, and an absolute path without .. and // was expected",
        "plan.plans[0].steps[2].healthCheck[0] is a text, and an absolute path without .. and // was expected",
      ],
      [tamper(text, ({ steps }) => (steps[3].path = "/etc/a")), "plan.plans[0].steps: /etc/a is written twice"],
      [
        tamper(text, ({ steps }) => (steps[4].content[1].reference.key = "other")),
        `plan.plans[0].steps: ${SECRETS_FOLDER}/app.env prints a secret that the plan does not fetch`,
      ],
      [
        tamper(text, (entry) => delete entry["facts"].memTotalBytes),
        `plan.plans[0].facts.memTotalBytes is missing, and a whole number from 0 to ${Number.MAX_SAFE_INTEGER} was expected`,
      ],
    ];
    for (const [document, ...problems] of refused)
      assert.deepEqual(
        problemsOf(() => parseSavedPlan(document, "plan.json")),
        ["data", ...problems],
      );
  });

  it("is read, or refused as bad data, whatever value is put into whatever place", () => {
    const text = save(PLAN, makeRunnable().root);
    const hostile = [null, true, -1, 1e300, "", "../x", "\u0000", "/", [], {}, [[]], { kind: "file" }];
    let refused = 0;
    for (const place of placesOf(JSON.parse(text) as object)) {
      for (const value of hostile) {
        const document = JSON.parse(text) as object;
        put(document, place, value);
        try {
          parseSavedPlan(JSON.stringify(document), "plan.json");
        } catch (error) {
          assert.ok(error instanceof Refusal && error.code === "data", `${place.join(".")}: ${String(error)}`);
          refused++;
        }
      }
    }
    assert.ok(refused > 1_000, String(refused));
  });

  it("is not put past the rules by an edit: a secret outside of its folder, or for all, is refused", async () => {
    const { root } = makeRunnable();
    const text = save(PLAN, root);
    for (const change of [{ path: "/etc/app.env" }, { mode: 0o444 }]) {
      const edited = tamper(text, ({ steps }) => Object.assign(steps[4], change));
      const { plan } = parseSavedPlan(edited, "plan.json");
      const work = applyPlan(plan, optionsFor(root, { fetchSecret: async () => assert.fail("fetched") }));
      await assert.rejects(work, (error: unknown) => error instanceof Refusal && error.code === "config");
    }
  });
});

describe("the machine of a saved plan", () => {
  function setUp(): { saved: SavedPlan; root: string; path: (inRoot: string) => string } {
    const scratch = makeRunnable();
    const { root, path, write } = scratch;
    mkdirSync(path("etc/d"));
    write("etc/a", "old\n");
    storeSecret(scratch, "app.env", "P=1");
    return { root, path, saved: parseSavedPlan(save(PLAN, root), "plan.json") };
  }

  it("passes where nothing has changed", () => {
    const { saved, root } = setUp();
    refuseMovedOn(saved, root);
  });

  it("is refused where any place has: content, mode, presence, kind", () => {
    const { saved, root, path } = setUp();
    writeFileSync(path("etc/a"), "new\n");
    symlinkSync("a", path("etc/b"));
    chmodSync(path("etc/d"), 0o700);
    rmSync(path(`${SECRETS_FOLDER}/app.env`));
    assert.deepEqual(
      problemsOf(() => refuseMovedOn(saved, root)),
      [
        "cannot-write",
        "/etc/d is no longer as the plan saw it: it has another mode",
        "/etc/a is no longer as the plan saw it: its content has changed",
        "/etc/b is no longer as the plan saw it: not there then, not a file now",
        `${SECRETS_FOLDER}/app.env is no longer as the plan saw it: a file then, not there now`,
      ],
    );
  });

  it("is refused where a file came to be undeclared since", async () => {
    const { root } = makeRunnable();
    const saved = parseSavedPlan(save(PLAN, root), "plan.json");
    await applyPlan(planOf(fileStep("/etc/more", "x\n")), optionsFor(root));
    assert.deepEqual(
      problemsOf(() => refuseMovedOn(saved, root)),
      ["cannot-write", "/etc/more is no longer as the plan saw it: the plan did not inspect it"],
    );
  });

  it("keeps no digest of what may be a secret", () => {
    const { saved } = setUp();
    const seen = saved.changes.map(({ path, seen: found }) => [path, "sha256" in found && found.sha256 !== null]);
    assert.deepEqual(
      seen.filter(([, hasDigest]) => hasDigest),
      [["/etc/a", true]],
    );
  });

  it("is checked with the lock held, and a plan that is refused there changes nothing and leaves no report", async () => {
    const { saved, root, path } = setUp();
    writeFileSync(path("etc/a"), "new\n");
    const options = optionsFor(root, {
      recheck: () => refuseMovedOn(saved, root),
      fetchSecret: async () => fetched({ password: CANARY, user: "x" }),
    });
    await assert.rejects(applyPlan(saved.plan, options), Refusal);
    assert.equal(readReport(root), null);
  });
});

describe("the file of a saved plan", () => {
  it("is refused where it is missing, open to all, no text, or may not be a plan", () => {
    const { path, write } = makeRunnable();
    const inputs = new Inputs("/", (problems) => {
      throw new Refusal("permission", problems);
    });
    const read = (name: string) => problemsOf(() => readSavedPlan(path(name), "/", inputs));
    write("etc/open", "{}");
    chmodSync(path("etc/open"), 0o666);
    writeFileSync(path("etc/binary"), Buffer.from([0xff, 0xfe]));
    write("etc/other", "text");
    assert.deepEqual(read("etc/none"), ["usage", "there is no such plan"]);
    assert.deepEqual(read("etc/open"), [
      "permission",
      `${path("etc/open")} may be written to by every user, who could tell ${process.geteuid!() === 0 ? "root" : "parbake"} what to do`,
    ]);
    assert.deepEqual(read("etc/binary"), ["data", "the plan is not UTF-8"]);
    assert.deepEqual(read("etc/other"), ["data", "it is not JSON"]);
    assert.deepEqual(read("etc"), ["data", "the plan is a folder, and a plain file was expected"]);
  });
});

type Place = readonly (string | number)[];

function placesOf(value: unknown, place: Place = []): Place[] {
  if (typeof value !== "object" || value === null) return [place];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [...(place.length > 0 ? [place] : []), ...entries.flatMap(([key, item]) => placesOf(item, [...place, key]))];
}

function put(document: object, place: Place, value: unknown): void {
  const parent = place.slice(0, -1).reduce<any>((at, key) => at[key], document);
  parent[place.at(-1)!] = value;
}

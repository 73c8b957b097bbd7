import assert from "node:assert/strict";
import { partialPlan } from "../../../agent/apply/partial-plan.ts";
import type { Plan, SecretStep, Step } from "../../../agent/plan/plan.ts";
import { readyUnits } from "../../../agent/plan/unit-needs.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { fileStep, planOf, secretStep, SECRETS_FOLDER } from "../support/scratch.ts";

const PROBLEM = { what: "secret db (prod/db in eu-west-1): no answer", fix: "Check the route." };
const FAILED = new Map([["db", new Refusal("unavailable", PROBLEM)]]);
const NOTHING_STORED = () => false;

const path = (file: string) => `${SECRETS_FOLDER}/${file}`;
const prints = (secret: string) => [
  "password=",
  { reference: { secret, key: "password" }, format: "env" as const },
  "\n",
];
const reload = (unit: string) => ({ onChange: [{ action: "reload" as const, unit }] });

const DB = secretStep("db", { password: path("db/password") });
const KEY = secretStep("key", { password: path("key/password") });

function namesOf({ steps }: Plan): string[] {
  return steps.map((step) => (step.kind === "secret" ? step.name : step.path));
}

/** What is left of the steps, and what is held back for whom. */
function split(steps: readonly Step[], isStored: (path: string) => boolean = NOTHING_STORED) {
  const { plan, held } = partialPlan(planOf(...steps), FAILED, isStored);
  return { left: namesOf(plan), held: held.map(({ what, units }) => [what, ...units].join(" ")), part: plan.part };
}

describe("a plan of which a secret fails", () => {
  it("loses the secret and the files that print it, and keeps the others", () => {
    const steps = [
      DB,
      KEY,
      fileStep(path("api.env"), prints("db"), reload("api.service")),
      fileStep(path("web.env"), prints("key")),
      fileStep("/etc/nginx.conf", "workers 4;"),
    ];
    assert.deepEqual(split(steps), {
      left: ["key", path("web.env"), "/etc/nginx.conf"],
      held: ["secret db", `${path("api.env")} api.service`],
      part: "possible",
    });
  });

  it("loses a file that names the secret's file, which a validator would miss, but no file that names a longer path", () => {
    const steps = [
      DB,
      fileStep("/etc/a.conf", `key ${path("db/password")};`, reload("a.service")),
      fileStep("/etc/b.conf", `key ${path("db/password-of-b")};`),
    ];
    assert.deepEqual(split(steps).left, ["/etc/b.conf"]);
    assert.deepEqual(split(steps).held, ["secret db", "/etc/a.conf a.service"]);
  });

  it("loses what names a file that it has lost, in whatever order they stand", () => {
    const steps = [
      fileStep("/etc/drop-in.conf", `EnvironmentFile=${path("api.env")}\n`, reload("api.service")),
      DB,
      fileStep(path("api.env"), prints("db")),
    ];
    assert.deepEqual(split(steps).left, []);
  });

  it("keeps parbake's own drop-in, without which the service would start without its secret", () => {
    const dropIn = "/etc/systemd/system/api.service.d/60-parbake-credentials.conf";
    const steps = [DB, fileStep(dropIn, `[Service]\nLoadCredential=db:${path("db/password")}\n`)];
    assert.deepEqual(split(steps).left, [dropIn]);
  });

  it("leaves all secrets as they are where the one that fails is stored, and the other files to be done", () => {
    const steps = [
      DB,
      KEY,
      fileStep(path("web.env"), prints("key"), reload("web.service")),
      fileStep("/etc/a.conf", `key ${path("db/password")};`, reload("a.service")),
    ];
    const { left, held } = split(steps, () => true);
    assert.deepEqual(left, ["/etc/a.conf"]);
    assert.deepEqual(held, ["secret db", "secret key", path("web.env")]);
  });

  it("says of each thing that is held back why", () => {
    const steps = [DB, fileStep(path("api.env"), prints("db"))];
    const { held } = partialPlan(planOf(...steps), FAILED, NOTHING_STORED);
    assert.deepEqual(
      held.map(({ because }) => because),
      [[PROBLEM], [PROBLEM]],
    );
  });

  it("has ready the units that lack nothing of it", () => {
    const needs = (step: SecretStep, ...units: string[]): SecretStep => ({
      ...step,
      keys: step.keys.map((key) => ({ ...key, credential: { name: step.name, units } })),
    });
    const plan = planOf(
      needs(DB, "api.service", "both.service"),
      needs(KEY, "worker.service", "both.service"),
      fileStep("/etc/nginx.conf", "workers 4;", reload("nginx.service")),
    );
    const { held } = partialPlan(plan, FAILED, NOTHING_STORED);
    assert.deepEqual(readyUnits(plan, held), ["worker.service", "nginx.service"]);
    assert.deepEqual(readyUnits(plan, []), ["api.service", "both.service", "worker.service", "nginx.service"]);
  });

  it("has no instance ready whose template lacks something", () => {
    const [key] = DB.keys;
    assert.ok(key);
    const credential = { name: "db", units: ["api@.service"] };
    const plan = planOf(
      { ...DB, keys: [{ ...key, credential }] },
      fileStep("/etc/api.conf", "workers 4;", reload("api@1.service")),
      fileStep("/etc/web.conf", "workers 4;", reload("web@1.service")),
    );
    const { held } = partialPlan(plan, FAILED, NOTHING_STORED);
    assert.deepEqual(readyUnits(plan, held), ["web@1.service"]);
  });
});

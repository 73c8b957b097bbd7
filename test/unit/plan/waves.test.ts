import assert from "node:assert/strict";
import type { Step } from "../../../agent/plan/plan.ts";
import { wavesOf } from "../../../agent/plan/waves.ts";
import { fileStep, planOf, secretStep, SECRETS_FOLDER } from "../support/scratch.ts";

const OWNER = { owner: "root", group: null, mode: 0o755 };
const path = (file: string) => `${SECRETS_FOLDER}/${file}`;
const tells = (...units: string[]) => ({ onChange: units.map((unit) => ({ action: "reload" as const, unit })) });
const ofInstance = { ofInstance: true } as const;
const folder = (at: string): Step => ({ kind: "folder", path: at, ...OWNER });

const DB = secretStep("db", { password: path("db/password") });

function wavesIn(...steps: Step[]): Record<string, string> {
  const named = [...wavesOf(planOf(...steps))].map(([step, wave]) => [
    step.kind === "secret" ? step.name : step.path,
    wave,
  ]);
  return Object.fromEntries(named);
}

describe("the waves of a plan", () => {
  it("are hardware for a file that only this machine and the config decide, instance for one that IMDS does", () => {
    assert.deepEqual(wavesIn(fileStep("/etc/a", "4"), fileStep("/etc/b", "eu-west-1", ofInstance)), {
      "/etc/a": "hardware",
      "/etc/b": "instance",
    });
  });

  it("are secrets for a secret, all of the secrets folder, and what prints a value or names a file of it", () => {
    const print = ["P=", { reference: { secret: "db", key: "password" }, format: "env" as const }];
    const steps = [
      folder("/etc/d"),
      folder(path("d")),
      DB,
      fileStep(path("api.env"), print, { mode: 0o400, ...ofInstance }),
      fileStep(path("plain"), "x"),
      fileStep("/etc/names", `file = ${path("db/password")}\n`),
      fileStep("/etc/other", `file = ${SECRETS_FOLDER}-not/x\n`),
    ];
    assert.deepEqual(wavesIn(...steps), {
      "/etc/d": "hardware",
      [path("d")]: "secrets",
      db: "secrets",
      [path("api.env")]: "secrets",
      [path("plain")]: "secrets",
      "/etc/names": "secrets",
      "/etc/other": "hardware",
    });
  });

  it("keep what one unit needs together, in the latest wave of it, and what shares another unit with that", () => {
    const steps = [
      fileStep("/etc/web", "4", tells("web.service")),
      fileStep("/etc/both", "4", tells("web.service", "api.service")),
      fileStep("/etc/api", "id", { ...ofInstance, ...tells("api.service") }),
      fileStep("/etc/other", "4", tells("other.service")),
    ];
    assert.deepEqual(wavesIn(...steps), {
      "/etc/web": "instance",
      "/etc/both": "instance",
      "/etc/api": "instance",
      "/etc/other": "hardware",
    });
  });

  it("keep a unit's files with the secret that it finds as a credential", () => {
    const [key] = DB.keys;
    assert.ok(key);
    const credential = { name: "db.password", units: ["api.service"] };
    const steps = [{ ...DB, keys: [{ ...key, credential }] }, fileStep("/etc/api", "4", tells("api.service"))];
    assert.deepEqual(wavesIn(...steps), { db: "secrets", "/etc/api": "secrets" });
  });

  it("keep an instance's files with the secret that its template finds, and its template's alone", () => {
    const [key] = DB.keys;
    assert.ok(key);
    const credential = { name: "db.password", units: ["api@.service"] };
    const steps = [
      { ...DB, keys: [{ ...key, credential }] },
      fileStep("/etc/api", "4", tells("api@1.service")),
      fileStep("/etc/web", "4", tells("web@1.service")),
    ];
    assert.deepEqual(wavesIn(...steps), { db: "secrets", "/etc/api": "secrets", "/etc/web": "hardware" });
  });

  it("keep a file with those that it names, which its validator may open", () => {
    const steps = [
      fileStep("/etc/nginx.conf", "include /etc/nginx/tls.conf;"),
      fileStep("/etc/nginx/tls.conf", `key ${path("db/password")};`),
      fileStep("/etc/longer", "include /etc/nginx/tls.conf.old;"),
    ];
    assert.deepEqual(wavesIn(...steps), {
      "/etc/nginx.conf": "secrets",
      "/etc/nginx/tls.conf": "secrets",
      "/etc/longer": "hardware",
    });
  });
});

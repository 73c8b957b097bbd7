import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { analyze } from "../../agent/analyze/analysis.ts";
import { formatMetrics } from "../../agent/report/format-metrics.ts";
import { NO_RESULTS, RunRecord } from "../../agent/report/run-record.ts";
import { run } from "../../agent/run.ts";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type ScratchImage } from "../binary/support/scratch-image.ts";
import { imageOf, instanceOf } from "../unit/support/fleet-world.ts";
import { runCommand } from "../unit/support/run-command.ts";
import { makeSmallImage } from "../unit/support/small-image.ts";

const page = readFileSync(new URL("../../agent/cli/JSON.md", import.meta.url), "utf8");

const DB = "db: { id: prod/db, keys: { password: { file: db/password }, user: {} } }";
const CONFIG = `apps: { web: { profile: nginx }, api: { profile: jvm } }
folders: [ { path: /etc/web/conf.d } ]
secretsGuarantee: swappable
secrets: { ${DB} }
files:
  - { template: web.txt.hbs, path: /etc/web/web.txt, validate: [/bin/true], onChange: { reload: web.service } }
  - { template: api.env.hbs, path: /run/parbake/secrets/api.env, mode: "0400", healthCheck: [/bin/true] }
`;

// The image's programs are empty files.
const APPLY = ["apply", "--no-validators"];

/** The fields that the page gives to each of its sections, by the section's heading. */
const FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const fields = [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, field]) => field!);
      return [section.slice(0, section.indexOf("\n")), new Set(fields)];
    }),
);

const NOTHING_SAID = { baseImage: null, family: null, sourceCommit: null };

// Where a document holds what the page describes once for all.
const SHARED: readonly (readonly [place: RegExp, section: string])[] = [
  [/^plans\[\]\.facts\./, "Facts"],
  [/^(plans|types)\[\]\.budget\./, "Budget"],
  [/^.*\bsettings\.\*\./, "Setting"],
  [/^.*\bdegraded\[\]\./, "Degraded"],
  [/^.*\bbelowUseful\[\]\./, "BelowUseful"],
  [/^.*\b(problems|warnings|because|unreadable)\[\]\./, "Problem"],
  [/^lastRun\./, "report"],
];
// Of these the keys are names that somebody gave.
const MAPS = new Set(["settings", "origins", "tags", "inputs", "types[].apps", "lifeCycles", "autoScalingGroups"]);

function listFields(value: unknown, place: string, fields: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const item of value) listFields(item, `${place}[]`, fields);
  else if (typeof value === "object" && value !== null)
    for (const [name, item] of Object.entries(value)) {
      const isMap = MAPS.has(place) || MAPS.has(place.split(".").at(-1)!);
      const field = `${place}${place === "" ? "" : "."}${isMap ? "*" : name}`;
      fields.add(field);
      listFields(item, field, fields);
    }
  return fields;
}

function undocumented(document: object, ...sections: readonly string[]): string[] {
  return [...listFields(document, "", new Set())].filter((field) => !sections.some((name) => isKnown(field, name)));
}

function isKnown(written: string, section: string): boolean {
  const field = written.replace(/^allowed\[\]\.finding\./, "findings[].");
  const [place, shared] = SHARED.find(([candidate]) => candidate.test(field)) ?? [null, section];
  return place === null ? FIELDS.get(section)!.has(field) : isKnown(field.replace(place, ""), shared);
}

describe("the page on JSON", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    const version = { string: '{"password":"hunter2","user":"app"}' };
    const images = [2, 1].map((age) => imageOf({ id: `ami-${age}`, name: `web-${age}`, age }));
    const instances = ["ami-2", "ami-gone"].map((id, index) => instanceOf(index, { image: id, group: "web" }));
    const secrets = [{ name: "prod/db", versions: [version] }];
    emulator = await startEmulator({ world: { secrets, images, instances } });
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/web.txt.hbs", "{{facts.instanceId}} {{apps.web.worker_processes}}\n");
    image.write("etc/parbake/templates/api.env.hbs", "PASSWORD={{secrets.db.password.value}}\n");
    image.write("bin/true", "");
    chmodSync(join(image.root, "bin/true"), 0o755);
    image.write("etc/systemd/system/web.service", "");
  });
  after(async () => {
    image.remove();
    await emulator.close();
  });

  async function emitDocument(words: readonly string[], isRefused: boolean): Promise<object> {
    const told: string[] = [];
    const document = JSON.parse(await emitWhole([...words, "--json"], told)) as Record<string, unknown>;
    assert.equal(document["schema"], 1);
    assert.equal("error" in document, isRefused, told.join(""));
    return document;
  }

  const emitText = (...words: string[]): Promise<string> => emitWhole(words, []);

  async function emitWhole(words: readonly string[], told: string[]): Promise<string> {
    let out = "";
    await run([...words, "--root", image.root, "--log-level", "error"], {
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint, AWS_ENDPOINT_URL: emulator.endpoint },
      writeOut: (text) => (out += text),
      writeError: (text) => told.push(text),
      rewrite: () => assert.fail("no terminal"),
      isTerminalOut: false,
      isTerminalError: false,
    });
    return out;
  }

  const emit = (...words: string[]): Promise<object> => emitDocument(words, false);
  const emitRefusal = (...words: string[]): Promise<object> => emitDocument(words, true);

  it("names every field of a plan, for here and for a type, before and after a run, with an edit and a removal", async () => {
    for (const words of [["plan"], ["plan", "--instance-type", "m7g.large"]])
      assert.deepEqual(undocumented(await emit(...words), "plan"), []);
    assert.deepEqual(undocumented(await emit(...APPLY), "report"), []);
    image.write("etc/web/web.txt", "edited\n");
    assert.deepEqual(undocumented(await emit("status"), "status"), []);
    image.write("etc/parbake/parbake.d/more.yaml", "files: []\n");
    assert.deepEqual(undocumented(await emit("plan"), "plan"), []);
    assert.deepEqual(undocumented(await emit(...APPLY), "report"), []);
  });

  it("names every field of a secret, of what became of one, and of what could not be done for want of one", async () => {
    const keys = [
      "password: { file: all/password, previous: { file: all/before }, units: [web.service] }",
      "user: { file: all/user, onChange: { reload: web.service } }",
      "name: { pointer: /user, newline: strip, file: all/name }",
    ];
    const all = `all: { id: prod/db, stage: AWSCURRENT, onUnavailable: keep, keys: { ${keys.join(", ")} } }`;
    const pinned = `pinned: { id: prod/db, version: ${"a".repeat(32)}, keys: { user: { file: pinned/user } } }`;
    image.write("etc/parbake/parbake.d/more.yaml", `secrets: { ${DB}, ${all}, ${pinned} }\n`);
    const plan = await emit("plan");
    assert.deepEqual(undocumented(plan, "plan"), []);
    assert.match(JSON.stringify(plan), /"onUnavailable":"keep"/);
    assert.deepEqual(undocumented(await emit("plan", "--check-access"), "plan"), []);
    assert.deepEqual(undocumented(await emitRefusal(...APPLY), "error"), []);
    const report = JSON.parse(image.read("run/parbake/report.json")) as { held: unknown[] };
    assert.equal(report.held.length, 1);
    assert.deepEqual(undocumented(report, "report"), []);
    image.write("etc/parbake/parbake.d/more.yaml", "files: []\n");
  });

  it("names every field of a status of records that can't be read, and of a run that was cut short", async () => {
    image.write("var/lib/parbake/managed.json", "[]");
    image.write("var/lib/parbake/journal.json", "[]");
    const status = (await emit("status")) as { unreadable: unknown[]; interruptions: unknown[] };
    assert.deepEqual([status.unreadable.length, status.interruptions.length], [2, 1]);
    assert.deepEqual(undocumented(status, "status"), []);
  });

  it("names every field of a sealed image's manifest, and of what the commands tell of it", async () => {
    const shared = image;
    image = makeScratchImage("imds: optional\napps: { web: { profile: nginx } }\nseal: { updates: ignore }\n");
    try {
      image.write(
        "var/lib/dpkg/status",
        "Package: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\nArchitecture: amd64\n",
      );
      await emit("seal");
      const manifest = JSON.parse(image.read("usr/share/parbake/bake.json")) as { packages: unknown[] };
      assert.equal(manifest.packages.length, 1);
      assert.deepEqual(undocumented(manifest, "bake"), []);
      image.write("etc/parbake/parbake.d/more.yaml", "vars: { a: b }\n");
      const status = (await emit("status")) as { image: { differences: unknown[] } };
      assert.equal(status.image.differences.length, 1);
      assert.deepEqual(undocumented(status, "status"), []);
      assert.deepEqual(undocumented(await emit("facts"), "facts", "Facts"), []);
      assert.deepEqual(undocumented(await emit("apply"), "report"), []);
    } finally {
      image.remove();
      image = shared;
    }
  });

  it("names every field of an analysis", async () => {
    await emit(...APPLY);
    assert.deepEqual(undocumented(await emit("analyze"), "analyze"), []);
    const units = ["basic.target", "parbake-ready@web.service", "web.service", "parbake.service", "x.target"];
    const times = {
      manager: { firmwareUs: 2, loaderUs: 1, initrdUs: 1, userspaceUs: 2, finishUs: 9, isMachine: true },
      units: units.map((name, index) => ({
        name,
        after: units.slice(0, index),
        startUs: index + 1,
        doneUs: index + 1,
      })),
      target: "x.target",
    };
    const report = JSON.parse(image.read("run/parbake/report.json"));
    const analysis = { schema: 1, ...analyze(report, times) };
    assert.deepEqual([analysis.boot?.units.length, analysis.boot?.chain.length], [1, 5]);
    assert.deepEqual(undocumented(analysis, "analyze"), []);
  });

  it("names every field of logs, of something that was taken out and something that is missing", async () => {
    image.write("etc/parbake/parbake.d/vars.yaml", "vars: { password: correct-horse-9 }\n");
    const logs = (await emit("logs", join(image.root, "logs.tar.gz"))) as { taken: unknown[]; missing: unknown[] };
    assert.ok(logs.taken.length > 0 && logs.missing.length > 0);
    assert.deepEqual(undocumented(logs, "logs"), []);
    image.write("etc/parbake/parbake.d/vars.yaml", "");
  });

  it("names every field of facts", async () => {
    assert.deepEqual(undocumented(await emit("facts"), "facts", "Facts"), []);
  });

  it("names every field of tune", async () => {
    for (const words of [["tune"], ["tune", "--instance-type", "t3.nano,m7g.large"], ["tune", "--all-types"]])
      assert.deepEqual(undocumented(await emit(...words), "tune"), []);
    assert.deepEqual(undocumented(await emit("tune", "jvm", "--instance-type", "m7g.large"), "tune"), []);
  });

  it("names every field of explain", async () => {
    assert.deepEqual(undocumented(await emit("explain", "api"), "explain"), []);
    assert.deepEqual(undocumented(await emit("explain", "api.heap"), "explain", "Setting"), []);
  });

  it("names every field of a machine that is short of memory: what is left out, given up and too little, and why", async () => {
    const apps = "apps: { big: { profile: go, memory: { min: 4GiB, max: 8GiB }, optional: true } }\n";
    const reserve = "reserve: { memory: { share: 5%, min: 64MiB, max: 1GiB } }\n";
    image.write("etc/parbake/parbake.d/tight.yaml", apps + reserve);
    const small = ["--instance-type", "t3.nano"];
    const tune = await emit("tune", ...small);
    assert.match(JSON.stringify(tune), /"leftOut":\["big"\].*"degraded":\[\{.*"belowUseful":\[\{/);
    assert.deepEqual(undocumented(tune, "tune"), []);
    assert.deepEqual(undocumented(await emit("plan", ...small), "plan"), []);
    assert.deepEqual(undocumented(await emit("check", "--no-validators", ...small), "check", "Types"), []);
    for (const app of ["api", "big"])
      assert.deepEqual(undocumented(await emit("explain", app, ...small), "explain"), []);
    assert.deepEqual(undocumented(await emit("explain", "api.heap", ...small), "explain", "Setting"), []);
    const none = await emit("tune", "--memory", "100MiB", "--cpus", "1");
    assert.deepEqual(undocumented(none, "tune"), []);
    image.write("etc/parbake/parbake.d/tight.yaml", "files: []\n");
  });

  it("names every field of config, whose own keys are those of the config", async () => {
    const document = await emit("config", "show");
    assert.deepEqual(undocumented({ ...document, config: {}, origins: {} }, "config"), []);
  });

  it("names every field of fmt", async () => assert.deepEqual(undocumented(await emit("fmt", "--check"), "fmt"), []));

  it("names every field of profiles and version", async () => {
    const profiles = await emit("profiles");
    assert.match(JSON.stringify(profiles), /"name":"version","kind":"choice".*"choices":\["12"/);
    assert.deepEqual(undocumented(profiles, "profiles"), []);
    assert.deepEqual(undocumented(await emit("version"), "version"), []);
  });

  it("names every field of fleet", async () => {
    const fleet = await emit("fleet", "--all", "--region", "eu-west-1", "--fail-on", "deregistered");
    assert.match(
      JSON.stringify(fleet),
      /"familyBy":"name".*"faults":\["deregistered"\]|"faults":\["deregistered"\].*"familyBy":"name"/,
    );
    assert.deepEqual(undocumented(fleet, "fleet"), []);
  });

  it("names every field of a seal, with what fails, what warns, what is allowed and what was removed", async () => {
    image.write("root/.npmrc", "//x/:_authToken=correct-horse\n");
    image.write("srv/x.gz", "\u001f\u008b\u0008");
    image.write("root/.bash_history", "ls\n");
    image.write("srv/.netrc", "machine x login y password correct-horse\n");
    const allow = "seal: { allow: [ { path: /srv/.netrc, reason: a test, owner: me } ] }\n";
    image.write("etc/parbake/parbake.d/seal.yaml", allow);
    const document = (await emit("seal", "--clean")) as { findings: unknown[]; allowed: unknown[]; actions: unknown[] };
    assert.ok(document.findings.length > 1 && document.allowed.length === 1 && document.actions.length >= 1);
    assert.deepEqual(undocumented(document, "seal"), []);
    for (const file of ["root/.npmrc", "srv/x.gz", "srv/.netrc", "etc/parbake/parbake.d/seal.yaml"])
      image.write(file, "");
  });

  it("names every field of check and of an error", async () => {
    assert.deepEqual(
      undocumented(await emit("check", "--no-validators", "--instance-type", "m7g.large"), "check", "Types"),
      [],
    );
    image.write("etc/parbake/parbake.d/more.yaml", "apps: { big: { profile: go, memory: { min: 4GiB } } }\n");
    for (const command of ["check", "plan"]) {
      const refused = await emitRefusal(command, "--instance-type", "t3.nano,m7g.large");
      assert.match(JSON.stringify(refused), /"types":\[\{"type":"t3\.nano","ok":false/);
      assert.deepEqual(undocumented(refused, "error", "Types"), []);
    }
    image.write("etc/parbake/parbake.d/more.yaml", "files: []\n");
    assert.deepEqual(undocumented(await emitRefusal("plan", "--cpus", "0"), "error"), []);
  });

  it("names every field of init, written and dry, and of an app that is a comment", async () => {
    const fresh = makeSmallImage("incomplete");
    for (const words of [["init", "--dry-run"], ["init"]]) {
      const document = JSON.parse((await runCommand(fresh, ...words, "--json")).out);
      assert.deepEqual([document.schema, document.dryRun, document.warnings.length], [1, words.length === 2, 3]);
      const active: readonly boolean[] = document.apps.map((app: { readonly active: boolean }) => app.active);
      assert.deepEqual([active.includes(false), active.includes(true)], [true, true]);
      assert.deepEqual(undocumented(document, "init"), []);
    }
  });

  it("names every field of explain-error", async () => {
    for (const asked of ["69", "AccessDeniedException", "the network never came up", "parbake.yaml:4:12: no"])
      assert.deepEqual(undocumented(await emit("explain-error", asked), "explain-error"), []);
  });

  it("names every field of templates, install and uninstall", async () => {
    for (const words of [["templates"], ["templates", "nginx"]])
      assert.deepEqual(undocumented(await emit(...words), "templates"), []);
    assert.deepEqual(undocumented(await emit("install", "--binary", "/bin/sh", "--dry-run"), "install"), []);
    assert.deepEqual(undocumented(await emit("uninstall", "--dry-run"), "uninstall"), []);
  });

  it("names every metric, with its labels, and none that there is not", async () => {
    const versions = { parbake: "1.0.0", commit: "abc", node: "v24", catalogue: "2026-01-02" };
    const record = new RunRecord(versions);
    const secret = { name: "db", id: "prod/db", versionId: "v1", fetchedAt: "2026-01-02T03:04:05.000Z" };
    const report = {
      ...record.finish(NO_RESULTS, null),
      stages: [{ name: "lock", tookMs: 1 }],
      storedSecrets: [secret],
      image: { ...NOTHING_SAID, bakedAt: "2026-01-01T00:00:00Z", ageMs: 1, amiId: null },
    };
    const fleet = await emitText("fleet", "--prometheus", "--region", "eu-west-1");
    const text = formatMetrics(report, 0) + fleet;
    const samples = [...text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)].map(([, name, labels]) => [
      name!,
      [...(labels ?? "").matchAll(/(\w+)="/g)].map(([, label]) => label).join(" "),
    ]);
    const rows = [...page.matchAll(/^\| `(parbake_\w+)` +\| (?:`([^`]*)`)? *\|/gm)];
    assert.deepEqual(
      new Map(rows.map(([, name, labels]) => [name!, labels ?? ""])),
      new Map(samples as [string, string][]),
    );
  });
});

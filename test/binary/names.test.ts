import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { CONFIG, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";
const DB = "rds!db-0a1b2c3d-1111-2222-3333-444455556666";
const CLUSTER = "rds!cluster-0a1b2c3d-1111-2222-3333-444455556666";
const VALUE = JSON.stringify({ password: CANARY });

/** An app beside which the line under test stands. */
const APP = "apps: { web: { profile: nginx } }\n";
const FILE = (settings: string) => `files: [ { template: web.txt.hbs, path: /etc/web/web.txt, ${settings} } ]\n`;
const PATH = (path: string) => `${APP}files: [ { template: web.txt.hbs, path: "${path}" } ]\n`;

describe("parbake reads names and numbers", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({
      world: {
        secrets: [DB, CLUSTER, "Prod/DB", "prod/db"].map((name) => ({ name, versions: [{ string: VALUE }] })),
      },
    });
  });
  after(() => emulator.close());
  afterEach(() => image.remove());

  async function apply(config: string, template = "x\n") {
    image = makeScratchImage(config);
    image.write("etc/parbake/templates/web.txt.hbs", template);
    return image.run(emulator, "apply", "--log-level", "warn");
  }

  it("takes secrets that AWS named itself, by name and by ARN, and names with capitals, in templates too", async () => {
    const arn = `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${CLUSTER}-a1B2c3`;
    const config = `apps: { webFrontend: { profile: nginx } }
secretsGuarantee: swappable
secrets:
  byName: { id: "${DB}", keys: { password: { file: name/password } } }
  byArn: { id: "${arn}", keys: { password: { file: arn/password } } }
  Partial: { id: "${arn.slice(0, -7)}", keys: { password: { file: partial/password } } }
  OWN-1: { id: Prod/DB, keys: { password: { file: own/password } } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
vars: { Domain: Example.com }
`;
    const template = "{{apps.webFrontend.worker_processes}} {{secrets.OWN-1.password.path}} {{vars.Domain}}\n";
    const { status, stderr } = await apply(config, template);
    assert.equal(status, 0, stderr);
    for (const name of ["name", "arn", "partial", "own"])
      assert.equal(image.read(`run/parbake/secrets/${name}/password`), CANARY);
    assert.match(image.read("etc/web/web.txt"), /^\d+ \/run\/parbake\/secrets\/own\/password Example\.com\n$/);
  });

  it("takes keys out of JSON that is stored as binary, and says that a byte order mark stands before it", async () => {
    emulator.setSecret("prod/db", { binaryBase64: Buffer.from(`\uFEFF${VALUE}`).toString("base64") });
    const { status, stderr } = await apply(CONFIG);
    assert.equal(status, 0, stderr);
    assert.equal(image.read("run/parbake/secrets/db/password"), CANARY);
    assert.match(stderr, /secret db \(prod\/db in eu-west-1\) begins with a byte order mark/);
    assert.ok(!stderr.includes(CANARY));
  });

  it("refuses JSON in UTF-16 by its name, and shows none of its content", async () => {
    emulator.setSecret("prod/db", { binaryBase64: Buffer.from(VALUE, "utf16le").toString("base64") });
    const { status, stderr } = await apply(CONFIG);
    assert.equal(status, 65, stderr);
    assert.match(stderr, /secret db \(prod\/db\) is UTF-16, so it has no keys\. Store it as UTF-8\./);
    assert.ok(!stderr.includes("hunter2"));
  });

  const refused: readonly (readonly [title: string, config: string, says: string])[] = [
    [
      "a size without its unit",
      "apps: { web: { profile: nginx, memory: { min: 512 } } }\n",
      "apps.web.memory.min: expected a size, found the number 512. Write it with its unit: 512MiB.",
    ],
    [
      "a size in GB",
      `${APP}reserve: { memory: 1GB }\n`,
      "GB is GiB to some programs and a power of 1000 to others: write 1GiB or 1000000000B.",
    ],
    [
      "an option's size without its unit",
      "apps: { api: { profile: jvm, options: { heap: 1024 } } }\n",
      "jvm's option heap can't be '1024'",
    ],
    [
      "an option's number in hexadecimal",
      "apps: { api: { profile: jvm, options: { threads: 0x10 } } }\n",
      "jvm's option threads can't be '0x10'",
    ],
    [
      "an option's number with an exponent",
      "apps: { api: { profile: jvm, options: { threads: 1e2 } } }\n",
      "jvm's option threads can't be '1e2'",
    ],
    [
      "a weight in octal",
      "apps: { web: { profile: nginx, memory: { weight: 0o7 } } }\n",
      "expected a number from 0.01 to 10000, found the number 0o7",
    ],
    [
      "a duration without its unit",
      `${APP}aws: { startJitter: 5 }\n`,
      "expected a duration up to 10m, found the number 5",
    ],
    ["a mode in YAML's octal", APP + FILE("mode: 0o640"), 'found the number 0o640. Put it in quotes: "0640".'],
    ["a mode without quotes", APP + FILE("mode: 0644"), 'found the number 0644. Put it in quotes: "0644".'],
    [
      "an owner that chown would pass over",
      APP + FILE("owner: 4294967295"),
      "'4294967295' is neither a user nor a group",
    ],
    ["an owner that only looks like a number", APP + FILE("owner: 1e3"), "'1e3' is neither a user nor a group"],
    [
      "a unit that is an option",
      APP + FILE("onChange: { restart: -Hevil.service }"),
      "'-Hevil.service' is not a unit name",
    ],
    [
      "a template where an instance is wanted",
      APP + FILE("onChange: { restart: api@.service }"),
      "api@.service is a template, which nothing can restart. Name an instance: api@main.service.",
    ],
    [
      "a credential's unit that is an option",
      `secrets: { db: { id: x, keys: { k: { file: k, units: ["--now.service"] } } } }\n`,
      "'--now.service' is not a service",
    ],
    ["a secrets folder that is the root", `${APP}secretsFolder: /\n`, "the path '/' is the root itself"],
    ["a secrets folder that leads out", `${APP}secretsFolder: /run/x/../..\n`, "the path '/run/x/../..' has .. in it"],
    [
      "a secrets folder that others use",
      `${APP}secretsFolder: /run\n`,
      "/run is a folder that other programs use, too",
    ],
    [
      "a secrets folder around the state",
      `${APP}secretsFolder: /run/parbake\n`,
      "/run/parbake, which is parbake's own",
    ],
    ["a file over the config", PATH("/etc/parbake/parbake.yaml"), "/etc/parbake/parbake.yaml is parbake's own config"],
    ["a file over the lock", PATH("/run/parbake/lock/1"), "/run/parbake/lock/1 is parbake's own state"],
    ["a file over the record", PATH("/var/lib/parbake/managed.json"), "is parbake's own state"],
    ["a file over a unit", PATH("/etc/systemd/system/parbake.service"), "is a unit of parbake's own"],
    ["a path with a line break", PATH("/etc/web/a\\nb"), "has a control character in it"],
    ["a folder over the state", `${APP}folders: [ { path: /var/lib/parbake } ]\n`, "is parbake's own state"],
    ["metrics over the report", `${APP}metrics: /run/parbake/ready/x.prom\n`, "is parbake's own state"],
    [
      "a secret outside of its folder",
      "secrets: { db: { id: x, keys: { k: { file: ../../../etc/shadow } } } }\n",
      "has .. in it",
    ],
    [
      "an app that JavaScript has for itself",
      "apps: { toString: { profile: nginx } }\n",
      "'toString' is not a valid name",
    ],
  ];
  for (const [title, config, says] of refused)
    it(`refuses ${title} with status 78, its place and no change`, async () => {
      image = makeScratchImage(config);
      const before = image.snapshot();
      const { status, stderr } = await image.run(emulator, "apply", "--log-level", "error");
      assert.equal(status, 78, stderr);
      assert.match(stderr, /parbake\.yaml:\d+:\d+: /);
      assert.ok(stderr.includes(says), stderr);
      assert.deepEqual(image.snapshot(), before);
    });

  const usage: readonly (readonly [parameters: readonly string[], says: string])[] = [
    [["tune", "nginx", "--memory", "512", "--cpus", "2"], "Write it with its unit: 512MiB."],
    [["tune", "nginx", "--memory", "1GiB", "--cpus", "0x4"], "--cpus 0x4 is not a number of CPUs"],
    [["tune", "nginx", "--memory", "1GiB", "--cpus", "+2"], "--cpus +2 is not a number of CPUs"],
    [["tune", "jvm", "--memory", "4GiB", "--cpus", "2", "--set", "heap=1e9"], "jvm's option heap can't be '1e9'"],
    [["tune", "nginx", "--instance-type", "m7.large"], "Did you mean m7i.large, m7g.large, m7a.large?"],
    [["tune", "nginx", "--instance-type", "t5.micro"], "Did you mean t8i.micro, t4g.micro, t3.micro?"],
    [
      ["tune", "nginx", "--instance-type", "m7g.8xl"],
      "Did you mean 'm7g.8xlarge'? Or give its size: --memory 16GiB --cpus 4.",
    ],
    [["check", "--instance-type", "m10i.large"], "If it is newer than that, give its size: --memory 16GiB --cpus 4"],
    [["ready", "../report.json"], "'../report.json' is not a unit name"],
    [["ready", "--", "-Hevil.service"], "'-Hevil.service' is not a unit name"],
    [["ready", "nginx"], "Give it with its suffix: nginx.service."],
  ];
  for (const [parameters, says] of usage)
    it(`refuses ${parameters.slice(0, 1).join("")} ${parameters.slice(1).join(" ")} with status 64`, async () => {
      image = makeScratchImage();
      const { status, stderr } = await image.run(emulator, ...parameters);
      assert.equal(status, 64, stderr);
      assert.ok(stderr.includes(says), stderr);
    });

  it("checks an image for a size that is in no catalogue", async () => {
    image = makeScratchImage(APP);
    const { status, stdout, stderr } = await image.run(null, "check", "--memory", "16GiB", "--cpus", "4");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^valid: 1 app, 0 secrets, 0 files, for 16 GiB\n$/);
  });

  it("checks a saved plan as a config, and touches nothing", async () => {
    image = makeScratchImage(`${APP}${FILE("onChange: { reload: web.service }")}secretsGuarantee: swappable
secrets: { db: { id: Prod/DB, keys: { password: { file: db/password, units: [web.service] } } } }\n`);
    image.write("etc/systemd/system/web.service", "");
    const file = join(image.root, "plan.json");
    const { stdout } = await image.run(emulator, "plan", "--json");
    for (const [from, to, says] of [
      [
        '"unit": "web.service"',
        '"unit": "-Hevil.service"',
        /onChange\[0\]\.unit is a text, and a unit that can be reloaded or restarted was expected/,
      ],
      [
        '"unit": "web.service"',
        '"unit": "web@.service"',
        /onChange\[0\]\.unit is a text, and a unit that can be reloaded or restarted/,
      ],
      ['"web.service"\n', '"--now.service"\n', /credential\.units\[0\] is a text, and a service's name was expected/],
      ['"path": "/etc/web/web.txt"', '"path": "/etc/parbake/parbake.yaml"', /is parbake's own config/],
      ['"path": "/etc/web/web.txt"', '"path": "/etc/web/a\\nb"', /path is a text, and an absolute path/],
      [
        '"secretsFolder": "/run/parbake/secrets"',
        '"secretsFolder": "/run"',
        /\/run is a folder that other programs use/,
      ],
      ['"id": "Prod/DB"', '"id": "Prod DB"', /id is a text, and a secret's name or ARN/],
      ['"owner": "root"', '"owner": "-x"', /owner is a text, and a user's name or number/],
      ['"metrics": null', '"metrics": "/run/parbake/report.json"', /is parbake's own state/],
    ] as const) {
      assert.ok(stdout.includes(from), from);
      writeFileSync(file, stdout.replace(from, to));
      const before = image.snapshot();
      const { status, stderr } = await image.run(emulator, "apply", "--plan", file);
      assert.equal(status, 65, stderr);
      assert.match(stderr, says);
      assert.deepEqual(image.snapshot(), before);
    }
    writeFileSync(file, stdout);
    const { status, stderr } = await image.run(emulator, "apply", "--plan", file);
    assert.equal(status, 0, stderr);
  });

  it("lets no file land on a config that lies elsewhere, nor on a template that it has", async () => {
    image = makeScratchImage();
    image.write("opt/app/templates/a.hbs", "x\n");
    for (const path of ["/opt/app/parbake.yaml", "/opt/app/parbake.d/x.yaml", "/opt/app/templates/a.hbs"]) {
      image.write("opt/app/parbake.yaml", `${APP}files: [ { template: a.hbs, path: ${path} } ]\n`);
      const { status, stderr } = await image.run(null, "check", "--config", join(image.root, "opt/app/parbake.yaml"));
      assert.equal(status, 78, stderr);
      assert.ok(stderr.includes(`${path} is parbake's own config. Give the file another path.`), stderr);
    }
    assert.equal(readFileSync(join(image.root, "opt/app/templates/a.hbs"), "utf8"), "x\n");
  });
});

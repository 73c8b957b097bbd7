import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";
const CONFIG = `apps: { web: { profile: nginx }, api: { profile: jvm } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password, mode: "0400" } } } }
files:
  - { template: web.txt.hbs, path: /etc/web/web.txt, mode: "0640" }
  - { template: static.txt.hbs, path: /etc/web/static.txt }
  - { template: api.env.hbs, path: /run/parbake/secrets/api.env, mode: "0400" }
vars: { motto: "never twice" }
`;

interface ReportJson {
  readonly schema: number;
  readonly result: string;
  readonly changed: boolean;
  readonly files: readonly { readonly path: string; readonly change: string }[];
}

describe("parbake, the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: `{"password":"${CANARY}"}` }] }] },
    });
  });
  after(() => emulator.close());
  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    image.write(
      "etc/parbake/templates/web.txt.hbs",
      "{{facts.instanceType}} {{apps.web.worker_processes}}\n{{secrets.db.password.path}}\n",
    );
    image.write("etc/parbake/templates/static.txt.hbs", "{{vars.motto}}\n");
    image.write(
      "etc/parbake/templates/api.env.hbs",
      "JAVA_TOOL_OPTIONS={{apps.api.options}}\nPASSWORD={{secrets.db.password.value}}\n",
    );
  });
  afterEach(() => {
    image.remove();
    assert.deepEqual(emulator.surprises, []);
  });

  it("does the whole job: tuning, files, secrets, with exact modes whatever the umask", async () => {
    const { status, stdout, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^done: 3 files, 1 secret in \d+ ms; secrets are on tmpfs/m);
    assert.match(image.read("etc/web/web.txt"), /^m7g\.large \d+\n\/run\/parbake\/secrets\/db\/password\n$/);
    assert.equal(image.read("etc/web/static.txt"), "never twice\n");
    assert.equal(image.read("run/parbake/secrets/db/password"), CANARY);
    assert.match(
      image.read("run/parbake/secrets/api.env"),
      new RegExp(`^JAVA_TOOL_OPTIONS="-Xmx\\d+[KMG] .*"\nPASSWORD=${CANARY}\n$`),
    );
    const mode = (path: string) => statSync(join(image.root, path)).mode & 0o7777;
    assert.deepEqual(
      ["etc/web/web.txt", "etc/web/static.txt", "run/parbake/secrets/db/password", "run/parbake/secrets/api.env"].map(
        mode,
      ),
      [0o640, 0o644, 0o400, 0o400],
    );
    assert.match(stderr, /m7g\.large in eu-west-1: \d+ CPUs?, [\d.]+ GiB = reserve .* \+ api /);
  });

  it("touches nothing the second time, and says so", async () => {
    await image.run(emulator, "apply");
    const before = image.snapshot();
    const { status, stdout } = await image.run(emulator, "apply");
    assert.equal(status, 0);
    assert.match(stdout, /^nothing to do: /);
    assert.deepEqual(image.snapshot(), before);
  });

  it("changes only what a new version of a secret, or a new template, changes", async () => {
    await image.run(emulator, "apply");
    const before = image.snapshot();
    emulator.setSecret("prod/db", { string: '{"password":"other"}' });
    const rotated = await image.run(emulator, "apply", "--json");
    emulator.setSecret("prod/db", { string: `{"password":"${CANARY}"}` });
    const report = JSON.parse(rotated.stdout) as ReportJson;
    assert.deepEqual([report.schema, report.result, report.changed], [1, "done", true]);
    assert.deepEqual(
      report.files.map(({ change }) => change),
      ["unchanged", "unchanged", "update"],
    );
    const after = image.snapshot();
    const touched = [...after].filter(([path, state]) => before.get(path) !== state).map(([path]) => path);
    assert.deepEqual(
      touched.filter((path) => !path.includes("/secrets/")),
      ["var/lib/parbake/managed.json"],
    );
    assert.ok(touched.includes("run/parbake/secrets/db/password"));
  });

  it("keeps the secret's value out of everything but the secrets folder, at every log level", async () => {
    const outcomes = [
      await image.run(emulator, "plan", "--diff", "--log-level", "debug"),
      await image.run(emulator, "apply", "--log-level", "debug"),
      await image.run(emulator, "apply", "--json", "--log-format", "json", "--log-level", "debug"),
      await image.run(emulator, "plan", "--json", "--log-format", "journal", "--log-level", "debug"),
    ];
    for (const { status, stdout, stderr } of outcomes) {
      assert.equal(status, 0, stderr);
      assertNoCanary(stdout + stderr, "the output");
    }
    for (const path of readdirSync(image.root, { recursive: true, encoding: "utf8" })) {
      const file = join(image.root, path);
      if (!path.startsWith("run/parbake/secrets/") && statSync(file, { throwIfNoEntry: false })?.isFile()) {
        assertNoCanary(readFileSync(file, "latin1"), path);
      }
    }
  });

  it("plans for here what it then applies, writes nothing, and tells by its status whether there is something to do", async () => {
    const before = image.snapshot();
    const planned = await image.run(emulator, "plan", "--diff", "--detailed-exitcode");
    assert.equal(planned.status, 2, planned.stderr);
    assert.match(planned.stdout, /\+never twice/);
    assert.match(planned.stdout, /prod\/db#password/);
    assert.deepEqual(image.snapshot(), before);
    assert.ok(!existsSync(join(image.root, "run/parbake/report.json")));
    await image.run(emulator, "apply");
    assert.equal((await image.run(emulator, "plan", "--detailed-exitcode")).status, 0);
  });

  it("gives the same plan for --dry-run, for several types, without asking IMDS or AWS", async () => {
    const asked = emulator.requests.length;
    const types = ["--instance-type", "t3.large,m7g.large,r7i.4xlarge"];
    const dryRun = await image.run(emulator, "apply", "--dry-run", "--json", ...types);
    const plan = await image.run(emulator, "plan", "--json", ...types);
    assert.equal(dryRun.status, 0, dryRun.stderr);
    assert.equal(dryRun.stdout, plan.stdout);
    const { plans } = JSON.parse(plan.stdout) as { plans: { facts: { instanceType: string; vcpus: number } }[] };
    assert.deepEqual(
      plans.map(({ facts }) => [facts.instanceType, facts.vcpus]),
      [
        ["t3.large", 2],
        ["m7g.large", 2],
        ["r7i.4xlarge", 16],
      ],
    );
    assert.equal(emulator.requests.length, asked);
  });

  it("applies only the part that was asked for", async () => {
    await image.run(emulator, "apply", "--only", "tuning");
    assert.deepEqual(written(image), ["etc/web/web.txt"]);
    await image.run(emulator, "apply", "--only", "files");
    assert.deepEqual(written(image), ["etc/web/static.txt", "etc/web/web.txt"]);
    await image.run(emulator, "apply", "--only", "secrets");
    assert.deepEqual(written(image).length, 4);
  });

  it("gives facts as plain values with their origins", async () => {
    const { stdout } = await image.run(emulator, "facts", "--json");
    const facts = JSON.parse(stdout) as Record<string, unknown> & { origins: Record<string, { source: string }> };
    assert.equal(facts["schema"], 1);
    assert.equal(facts["instanceType"], "m7g.large");
    assert.equal(facts["region"], "eu-west-1");
    assert.equal(typeof facts["memTotalBytes"], "number");
    assert.equal(facts.origins["instanceType"]?.source, "imds");
    assert.equal(facts.origins["memTotalBytes"]?.source, "kernel");
  });

  it("tunes one profile as a calculator, and the image for types that fit and do not fit", async () => {
    const one = await image.run(
      null,
      "tune",
      "jvm",
      "--memory",
      "1GiB",
      "--cpus",
      "2",
      "--set",
      "loadedClasses=100",
      "--set",
      "threads=250",
      "--json",
    );
    const { profile, memoryBytes, settings } = JSON.parse(one.stdout) as {
      profile: string;
      memoryBytes: number;
      settings: Record<string, { text: string; unit: string }>;
    };
    assert.deepEqual([profile, memoryBytes], ["jvm", 1024 ** 3]);
    // Paketo's memory calculator: 1 GiB with 100 loaded classes.
    assert.equal(settings["heap"]?.text, "522337K");
    assert.equal(settings["heap"]?.unit, "bytes");

    const whole = await image.run(null, "tune", "--instance-type", "t3.nano,m7g.large", "--json");
    const { types } = JSON.parse(whole.stdout) as {
      types: { type: string; fits: boolean; problems: string[]; apps: object }[];
    };
    assert.deepEqual(
      types.map(({ type, fits }) => [type, fits]),
      [
        ["t3.nano", false],
        ["m7g.large", true],
      ],
    );
    assert.match(types[0]!.problems.join(), /api/);
    assert.deepEqual(Object.keys(types[1]!.apps), ["web", "api"]);
  });

  it("checks an image without any network, and names each thing that the image lacks", async () => {
    const asked = emulator.requests.length;
    const valid = await image.run(emulator, "check");
    assert.equal(valid.status, 0, valid.stderr);
    assert.match(valid.stdout, /^valid: 2 apps, 1 secret, 3 files/);
    image.write(
      "etc/parbake/parbake.d/lacks.yaml",
      `files: [ { template: static.txt.hbs, path: /etc/web/x, owner: nobody-here, validate: [/usr/bin/none], onChange: { reload: none.service } } ]\n`,
    );
    const lacking = await image.run(emulator, "check");
    assert.equal(lacking.status, 78);
    for (const part of ["nobody-here", "/usr/bin/none", "none.service"])
      assert.ok(lacking.stderr.includes(part), lacking.stderr);
    assert.equal(emulator.requests.length, asked);
  });

  it("never speaks v1 to IMDS: every read carries the token of the one PUT", async () => {
    const asked = emulator.requests.length;
    await image.run(emulator, "apply");
    const imds = emulator.requests.slice(asked).filter(({ service }) => service === "imds");
    assert.equal(imds.filter(({ method }) => method === "PUT").length, 1);
    assert.ok(imds.every(({ method, hasToken }) => method === "PUT" || hasToken));
  });

  it("prints version, commit and Node version, and one screen of help", async () => {
    const version = await image.run(null, "--version");
    for (const words of ["-V", "version"]) assert.deepEqual(await image.run(null, words), version);
    assert.match(version.stdout, /^parbake \d+\.\d+\.\d+ \(commit [0-9a-f]{7,}(\+dirty)?, Node 24\.\d+\.\d+\)\n$/);
    const help = await image.run(null, "--help");
    assert.equal(help.status, 0);
    assert.match(help.stdout, /^Usage: parbake COMMAND/m);
    assert.deepEqual(await image.run(null, "help"), help);
    assert.equal((await image.run(null, "frobnicate")).status, 64);
  });
});

function written(image: ScratchImage): string[] {
  const paths = [
    "etc/web/static.txt",
    "etc/web/web.txt",
    "run/parbake/secrets/api.env",
    "run/parbake/secrets/db/password",
  ];
  return paths.filter((path) => existsSync(join(image.root, path)));
}

function assertNoCanary(text: string, where: string): void {
  const bytes = Buffer.from(CANARY);
  const forms = [
    CANARY,
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("hex"),
    encodeURIComponent(CANARY),
  ];
  for (const form of forms) assert.ok(!text.includes(form), `${where} holds the secret`);
}

import assert from "node:assert/strict";
import { mkdirSync, rmdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import type { Fault } from "../../scripts/emulator/faults.ts";
import { CONFIG, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";

interface Case {
  readonly title: string;
  readonly status: number;
  /** In the order in which they must appear on stderr. */
  readonly says: readonly (string | RegExp)[];
  readonly config?: string;
  readonly template?: string;
  readonly secret?: string;
  readonly faults?: readonly Fault[];
  readonly arguments?: readonly string[];
  readonly prepare?: (image: ScratchImage) => void;
}

const template = (text: string, ...says: (string | RegExp)[]) => ({
  status: 65,
  template: text,
  says: [/web\.txt\.hbs:\d+:\d+: /, ...says],
});
const config = (text: string, ...says: (string | RegExp)[]) => ({
  status: 78,
  config: text,
  says: [/parbake\.yaml:\d+:\d+: /, ...says],
});
const imds = (fault: Fault["do"], ...says: (string | RegExp)[]) => ({
  status: 69,
  faults: [{ match: { service: "imds" as const }, do: fault }],
  arguments: ["--deadline", "700ms"],
  says: [/IMDS/, ...says],
});
const secret = (status: number, fault: Fault["do"] | null, ...says: (string | RegExp)[]) => ({
  status,
  ...(fault ? { faults: [{ match: { service: "secretsmanager" as const }, do: fault }] } : {}),
  says: ["secret db (prod/db", ...says],
});

const CASES: readonly Case[] = [
  {
    title: "a missing config",
    status: 78,
    says: ["parbake.yaml: there is no such config file"],
    prepare: ({ root }) => rmSync(join(root, "etc/parbake/parbake.yaml")),
  },
  { title: "an empty config", ...config("", "declares no app") },
  { title: "a YAML syntax error", ...config("apps: [\n", "the [ is never closed") },
  { title: "an unknown key", ...config(CONFIG.replace("apps", "app"), "unknown key 'app'", "Did you mean 'apps'?") },
  { title: "a wrong type", ...config("files: many\n", "expected a list, found 'many'") },
  {
    title: "two files on one path",
    ...config(CONFIG.replace("[ {", "[ { template: b, path: /etc/web/web.txt }, {"), "is written twice"),
  },
  { title: "an unknown profile", ...config("apps: { web: { profile: ngnix } }\n", "ngnix", "nginx") },
  {
    title: "floors larger than the machine",
    ...config("apps: { web: { profile: nginx, memory: { min: 90TiB } } }\n", "web", "90 TiB"),
  },
  { title: "a missing template", ...config(CONFIG.replace("web.txt.hbs", "none.txt.hbs"), "none.txt.hbs") },
  { title: "a template with a syntax error", ...template("{{#if x}}", /if|Expect|close/i) },
  { title: "an unknown variable", ...template("{{apps.wbe.worker_processes}}", "wbe", "web") },
  { title: "an unknown helper", ...template("{{uper apps.web.worker_processes}}", "uper", "upper") },
  { title: "an IMDS that is v1 only", ...imds({ kind: "v1-only" }, /IMDSv2|v1/) },
  { title: "an IMDS that is switched off", ...imds({ kind: "switched-off" }, "switched off") },
  { title: "an IMDS that talks garbage", ...imds({ kind: "garbage", as: "body" }) },
  { title: "an IMDS that hangs", ...imds({ kind: "hang" }) },
  {
    title: "a missing secret",
    ...secret(65, { kind: "status", status: 400, errorCode: "ResourceNotFoundException" }, "there is no such secret"),
  },
  {
    title: "a denied secret",
    ...secret(77, { kind: "status", status: 400, errorCode: "AccessDeniedException" }, "secretsmanager:GetSecretValue"),
  },
  { title: "a secret without the key", ...secret(65, null, "has no key 'password'"), secret: `{"other":"${CANARY}"}` },
  { title: "a secret that is not JSON", ...secret(65, null, "is not JSON"), secret: CANARY },
  {
    title: "a target folder that is a symlink",
    status: 73,
    says: ["symlink"],
    prepare: ({ root }) => {
      rmdirSync(join(root, "etc/web"));
      mkdirSync(join(root, "etc/elsewhere"));
      symlinkSync("elsewhere", join(root, "etc/web"));
    },
  },
  {
    title: "a target folder that is not there",
    status: 73,
    says: ["etc/web"],
    prepare: ({ root }) => rmdirSync(join(root, "etc/web")),
  },
];

describe("parbake apply, given bad input", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  beforeEach(async () => {
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: `{"password":"${CANARY}"}` }] }] },
    });
  });
  afterEach(async () => {
    await emulator.close();
    image.remove();
  });

  for (const each of CASES) {
    it(`refuses ${each.title} with status ${each.status}, one message and no change`, async () => {
      image = makeScratchImage(each.config);
      if (each.template !== undefined) image.write("etc/parbake/templates/web.txt.hbs", each.template);
      if (each.secret !== undefined) emulator.setSecret("prod/db", { string: each.secret });
      if (each.faults) emulator.setFaults(each.faults);
      each.prepare?.(image);
      const before = image.snapshot();
      const { status, stdout, stderr } = await image.run(
        emulator,
        "apply",
        "--log-level",
        "error",
        ...(each.arguments ?? []),
      );
      assert.equal(status, each.status, stderr);
      assert.equal(stdout, "");
      assert.match(stderr, /^parbake: .*\. .+\n$/, "one line: what, then the fix");
      assertInOrder(stderr, each.says);
      assert.ok(!stderr.includes(CANARY));
      assert.deepEqual(image.snapshot(), before);
    });
  }

  const isRoot = process.getuid!() === 0;
  const mounts: readonly (readonly [title: string, script: string, says: RegExp])[] = [
    ["a read-only target", "mount -t tmpfs -o ro,mode=0755 none etc/web", /read-only/i],
    [
      "a target without space",
      "mount -t tmpfs -o size=4k,mode=0755 none etc/web; head -c 4096 /dev/zero >etc/web/full",
      /space/i,
    ],
    ["a target without inodes", "mount -t tmpfs -o nr_inodes=2,mode=0755 none etc/web; : >etc/web/full", /inode/i],
  ];
  for (const [title, script, says] of mounts) {
    it(`refuses ${title} with status 73 and no change${isRoot ? "" : " (skipped: not root)"}`, async function () {
      image = makeScratchImage();
      if (!isRoot) return this.skip();
      const before = image.snapshot();
      const { status, stderr } = await image.runMounted(script, emulator, "apply", "--log-level", "error");
      assert.equal(status, 73, stderr);
      assert.match(stderr, /^parbake: .*etc\/web.*\. .+\n$/);
      assert.match(stderr, says);
      assert.deepEqual(image.snapshot(), before);
    });
  }

  it("names a /run that is read-only as such", async function () {
    image = makeScratchImage();
    if (!isRoot) return this.skip();
    const script = "mount --bind run run; mount -o remount,ro,bind run";
    const { status, stderr } = await image.runMounted(script, emulator, "apply", "--log-level", "error");
    assert.equal(status, 73, stderr);
    assert.match(
      stderr,
      /^parbake: (\S+\/run)\/parbake\/lock is on a read-only file system, mounted at \1\. Run `mount -o remount,rw \1`;/m,
    );
  });

  it("refuses an IMDS that is not there with status 69, or goes on without it as the config says", async () => {
    image = makeScratchImage();
    const before = image.snapshot();
    const refused = await image.run(null, "apply", "--deadline", "500ms");
    assert.equal(refused.status, 69, refused.stderr);
    assert.match(refused.stderr, /IMDS/);
    assert.deepEqual(image.snapshot(), before);

    image.write(
      "etc/parbake/parbake.yaml",
      "imds: optional\napps: { web: { profile: nginx } }\nfiles: [ { template: t.hbs, path: /etc/web/t } ]\n",
    );
    image.write("etc/parbake/templates/t.hbs", "{{apps.web.worker_processes}}\n");
    const done = await image.run(null, "apply", "--deadline", "1s");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stderr, /hardware alone/);
    assert.match(image.read("etc/web/t"), /^\d+\n$/);
  });

  it("tells all problems of config and templates at once", async () => {
    image = makeScratchImage(CONFIG.replace("nginx", "ngnix"));
    image.write("etc/parbake/templates/web.txt.hbs", "{{facts.nope}}\n{{vars.nope}}\n");
    const { stderr } = await image.run(emulator, "apply");
    for (const part of ["ngnix", ":1:", ":2:"]) assert.ok(stderr.includes(part), stderr);
  });

  it("gives the problems as JSON where JSON was asked for", async () => {
    image = makeScratchImage("apps: []\n");
    const { status, stdout } = await image.run(emulator, "plan", "--json");
    assert.equal(status, 78);
    const { schema, error } = JSON.parse(stdout) as {
      schema: number;
      error: { code: string; status: number; problems: unknown[] };
    };
    assert.deepEqual([schema, error.code, error.status, error.problems.length], [1, "config", 78, 1]);
  });

  it("lets one of two runs at once wait for the other, and both succeed", async () => {
    image = makeScratchImage();
    emulator.setFaults([{ match: { service: "secretsmanager" }, do: { kind: "delay", ms: 300 } }]);
    const outcomes = await Promise.all([
      image.run(emulator, "apply", "--json"),
      image.run(emulator, "apply", "--json"),
    ]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [0, 0],
      outcomes.map(({ stderr }) => stderr).join(""),
    );
    const changed = outcomes.map(({ stdout }) => (JSON.parse(stdout) as { changed: boolean }).changed);
    assert.equal(changed.filter((each) => each).length, 1);
  });

  it("gives up with status 75 when the other run takes longer than the deadline", async () => {
    image = makeScratchImage();
    emulator.setFaults([{ match: { service: "secretsmanager" }, times: 1, do: { kind: "delay", ms: 2_500 } }]);
    const first = image.run(emulator, "apply");
    while (!emulator.requests.some(({ service }) => service === "secretsmanager"))
      await new Promise((resume) => setTimeout(resume, 20));
    const second = await image.run(emulator, "apply", "--deadline", "1s");
    assert.equal(second.status, 75, second.stderr);
    assert.match(second.stderr, /another run/);
    assert.equal((await first).status, 0);
  });
});

function assertInOrder(text: string, parts: readonly (string | RegExp)[]): void {
  let rest = text;
  for (const part of parts) {
    const at = typeof part === "string" ? rest.indexOf(part) : rest.search(part);
    assert.ok(at >= 0, `${String(part)} is missing in: ${text}`);
    rest = rest.slice(at);
  }
}

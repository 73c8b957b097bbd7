// What the commands say of the image that a machine started from: run in this process against an emulator.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../../agent/run.ts";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import { makeFolder } from "../../support/folders.ts";

const DAY_MS = 86_400_000;
const ID = "0123456789abcdef0123456789abcdef\n";

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

describe("the image, from the command line", () => {
  let emulator: Emulator;
  let root: string;

  beforeEach(async () => {
    emulator = await startEmulator({ world: {} });
    root = makeFolder(existsSync("/dev/shm") ? "/dev/shm" : "/tmp", "test", "test");
    write("etc/passwd", `root:x:${process.getuid!()}:${process.getgid!()}::/:/bin/false\n`);
    write("etc/group", `root:x:${process.getgid!()}:\n`);
    write("etc/parbake/templates/web.txt.hbs", "{{apps.web.worker_processes}}\n");
    mkdirSync(join(root, "etc/web"));
    mkdirSync(join(root, "run"));
    configure("");
  });
  afterEach(async () => {
    assert.deepEqual(emulator.surprises, []);
    await emulator.close();
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  function configure(more: string): void {
    const file = "files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]";
    write("etc/parbake/parbake.yaml", `apps: { web: { profile: nginx } }\n${file}\nseal: { updates: ignore }\n${more}`);
  }

  async function parbake(words: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> {
    let [out, err] = ["", ""];
    const status = await run([...words, "--root", root], {
      environment: {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
        AWS_ENDPOINT_URL: emulator.endpoint,
        ...environment,
      },
      writeOut: (text) => (out += text),
      writeError: (text) => (err += `${text}\n`),
      rewrite: () => assert.fail("no terminal"),
      isTerminalOut: false,
      isTerminalError: false,
    });
    return { status, out, err };
  }

  /** Sealed that many days ago. */
  async function seal(days: number): Promise<void> {
    const epoch = String(Math.floor((Date.now() - days * DAY_MS) / 1000));
    const words = ["seal", "--base-image", "ami-0abcdef0123456789", "--family", "web", "--source-commit", "abc1234"];
    const { status, out, err } = await parbake(words, { SOURCE_DATE_EPOCH: epoch });
    assert.equal(status, 0, out + err);
  }

  const report = () =>
    JSON.parse(readFileSync(join(root, "run/parbake/report.json"), "utf8")) as Record<string, unknown>;

  it("has no word said of it where it was never sealed", async () => {
    configure("maxImageAge: { limit: 1d, then: fail }\nmetrics: /var/lib/parbake.prom\n");
    mkdirSync(join(root, "var/lib"), { recursive: true });
    const { status, err } = await parbake(["apply"]);
    assert.equal(status, 0, err);
    assert.doesNotMatch(err, /image/);
    assert.equal(report()["image"], null);
    assert.doesNotMatch(readFileSync(join(root, "var/lib/parbake.prom"), "utf8"), /parbake_image/);
    assert.doesNotMatch((await parbake(["status"])).out, /image/);
  });

  it("has its age told by each run, in the report and in the metrics, with the AMI that IMDS names", async () => {
    configure("metrics: /var/lib/parbake.prom\n");
    mkdirSync(join(root, "var/lib"), { recursive: true });
    await seal(3);
    const { status, err } = await parbake(["apply"]);
    assert.equal(status, 0, err);
    assert.match(err, /the image was baked 3 d ago/);
    const { image } = report() as { image: { bakedAt: string; ageMs: number; [name: string]: unknown } };
    const { bakedAt, ageMs, ...rest } = image;
    assert.ok(ageMs >= 3 * DAY_MS && ageMs < 3 * DAY_MS + 3_600_000, `${bakedAt} ${ageMs}`);
    assert.match(String(rest["amiId"]), /^ami-[0-9a-f]{17}$/);
    assert.deepEqual(rest, {
      amiId: rest["amiId"],
      baseImage: "ami-0abcdef0123456789",
      family: "web",
      sourceCommit: "abc1234",
    });
    const metrics = readFileSync(join(root, "var/lib/parbake.prom"), "utf8");
    assert.match(metrics, new RegExp(`^parbake_image_baked_timestamp_seconds ${Date.parse(bakedAt) / 1000}$`, "m"));
    assert.match(metrics, new RegExp(`^parbake_image_age_seconds ${ageMs / 1000}$`, "m"));
  });

  it("is warned of where it is older than maxImageAge", async () => {
    configure("maxImageAge: 30d\n");
    await seal(45);
    const { status, err } = await parbake(["apply"]);
    assert.equal(status, 0, err);
    assert.match(
      err,
      /parbake\.yaml:4:14: the image was baked 45 d ago, on \d{4}-\d\d-\d\d, and maxImageAge is 30 d\. Bake a new/,
    );
    assert.match(JSON.stringify(report()["warnings"]), /45 d ago/);
  });

  it("is refused where the config says so, before anything is written; never once the machine has been served in this boot", async () => {
    await seal(45);
    configure("maxImageAge: { limit: 30d, then: fail }\n");
    for (let boot = 0; boot < 2; boot++) {
      const { status, err } = await parbake(["apply"]);
      assert.equal(status, 78);
      assert.match(err, /45 d ago/);
      assert.equal(existsSync(join(root, "etc/web/web.txt")), false);
      assert.equal(report()["result"], "failed");
    }
    configure("maxImageAge: { limit: 60d, then: fail }\n");
    assert.equal((await parbake(["apply"])).status, 0);
    configure("maxImageAge: { limit: 30d, then: fail }\n");
    const later = await parbake(["apply"]);
    assert.equal(later.status, 0, "the image has grown too old while the machine runs");
    assert.match(later.err, /45 d ago/);
  });

  it("is compared with what it was: a template and a config that were edited, added or removed since the bake", async () => {
    await seal(1);
    const { out: before } = await parbake(["status"]);
    assert.match(
      before,
      /^image +baked 24 h ago, at \S+Z\n +family web, from ami-0abcdef0123456789, of commit abc1234, by parbake \S+$/m,
    );
    assert.doesNotMatch(before, /changed|added|missing/);
    write("etc/parbake/templates/web.txt.hbs", "edited\n");
    write("etc/parbake/parbake.d/more.yaml", "vars: { a: b }\n");
    const status = JSON.parse((await parbake(["status", "--json"])).out) as { image: { differences: unknown } };
    assert.deepEqual(status.image.differences, [
      { kind: "template", path: "/etc/parbake/templates/web.txt.hbs", difference: "changed" },
      { kind: null, path: "/etc/parbake/parbake.d/more.yaml", difference: "added" },
    ]);
    assert.match((await parbake(["status"])).out, /^ +changed template \/etc\/parbake\/templates\/web\.txt\.hbs$/m);
    rmSync(join(root, "etc/parbake/templates/web.txt.hbs"));
    assert.match((await parbake(["status"])).out, /missing template \/etc\/parbake\/templates\/web\.txt\.hbs/);
  });

  it("has a manifest that can't be read told as such, and is served all the same", async () => {
    write("usr/share/parbake/image.json", "{");
    write("usr/share/parbake/bake.json", "{");
    const { status, err } = await parbake(["apply"]);
    assert.equal(status, 0, err);
    assert.match(err, /usr\/share\/parbake has no description of the image that this parbake reads/);
    assert.match((await parbake(["status"])).out, /^not in sync: not all of parbake's own records can be read/);
  });

  it("is not described, and keeps its identity, where seal has found something", async () => {
    write("etc/machine-id", ID);
    const { status, out } = await parbake(["seal"]);
    assert.equal(status, 65);
    assert.match(out, /machine-id: \/etc\/machine-id is the id of the machine of the bake/);
    assert.equal(existsSync(join(root, "usr/share/parbake")), false);
    const cleaned = await parbake(["seal", "--clean"]);
    assert.equal(cleaned.status, 0, cleaned.out);
    assert.equal(readFileSync(join(root, "etc/machine-id"), "utf8"), "");
    assert.equal(existsSync(join(root, "usr/share/parbake/sbom.cdx.json")), true);
  });

  it("is baked at a time that SOURCE_DATE_EPOCH says, or refuses what is none", async () => {
    assert.equal((await parbake(["seal"], { SOURCE_DATE_EPOCH: "1767323045" })).status, 0);
    const manifest = readFileSync(join(root, "usr/share/parbake/bake.json"), "utf8");
    assert.match(manifest, /"bakedAt": "2026-01-02T03:04:05Z"/);
    const { status, err } = await parbake(["seal"], { SOURCE_DATE_EPOCH: "yesterday" });
    assert.equal(status, 64);
    assert.match(err, /SOURCE_DATE_EPOCH is 'yesterday', and whole seconds since 1970 were expected/);
  });

  it("is not sealed by a config that asks for what there is not", async () => {
    write("etc/parbake/parbake.d/more.yaml", "seal: { updates: never }\n");
    const { status, err } = await parbake(["seal"]);
    assert.equal(status, 78);
    assert.match(err, /seal\.updates: expected fail or warn or ignore, found 'never'/);
  });

  it("can be sealed before it has a config", async () => {
    rmSync(join(root, "etc/parbake"), { recursive: true });
    write("etc/debian_version", "12");
    const { status, out } = await parbake(["seal"]);
    assert.equal(status, 0, out);
    assert.match(
      out,
      /could not be known whether the image lacks security updates: the image has no record of dpkg or rpm/,
    );
  });
});

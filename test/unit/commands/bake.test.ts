import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../agent/run.ts";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";
import { makeFolder } from "../../support/folders.ts";
import { isMemory } from "../support/scratch.ts";

const CONFIG = `apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files:
  - { template: plain.txt.hbs, path: /etc/web/plain.txt }
  - { template: region.txt.hbs, path: /etc/web/region.txt }
  - { template: url.env.hbs, path: /run/parbake/secrets/url.env, mode: "0400" }
  - { template: path.txt.hbs, path: /etc/web/path.txt }
`;

describe("a bake", () => {
  let image: ScratchImage;
  let said: { out: string; err: string };

  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    image.write("etc/parbake/templates/plain.txt.hbs", "workers={{apps.web.worker_processes}}\n");
    image.write("etc/parbake/templates/region.txt.hbs", "region={{facts.region}}\n");
    image.write("etc/parbake/templates/url.env.hbs", "PASSWORD={{secrets.db.password.value}}\n");
    image.write("etc/parbake/templates/path.txt.hbs", "file={{secrets.db.password.path}}\n");
  });
  afterEach(() => image.remove());

  /** Where IMDS and AWS are nobody: whoever asked would fail. */
  async function parbake(
    words: readonly string[],
    environment: Record<string, string> = {},
    root = image.root,
  ): Promise<number> {
    said = { out: "", err: "" };
    const nobody = "http://127.0.0.1:9";
    return run([...words, "--root", root], {
      environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: nobody, AWS_ENDPOINT_URL: nobody, ...environment },
      writeOut: (text) => (said.out += text),
      writeError: (text) => (said.err += text),
      rewrite: () => assert.fail("no terminal"),
      isTerminalOut: false,
      isTerminalError: false,
    });
  }

  for (const [by, words, environment] of [
    ["--bake", ["apply", "--bake"], {}],
    ["PACKER_BUILD_NAME is set", ["apply"], { PACKER_BUILD_NAME: "debian" }],
  ] as const)
    it(`is told by ${by}: fetches no secret, asks no IMDS, writes the rest, and names what is left to the boot`, async () => {
      assert.equal(await parbake([...words, "--json"], environment), 0, said.err);
      const report = JSON.parse(said.out) as { held: { what: string; because: { what: string }[] }[] };
      assert.deepEqual(
        report.held.map(({ what, because }) => [what, ...because.map((one) => one.what)]),
        [
          ["/etc/web/region.txt", `what only an instance knows is not known in a bake (${by})`],
          ["secret db", `the secret db is not fetched in a bake (${by})`],
          ["/run/parbake/secrets/url.env", `the secret db is not fetched in a bake (${by})`],
          ["/etc/web/path.txt", `the secret db is not fetched in a bake (${by})`],
        ],
      );
      assert.match(image.read("etc/web/plain.txt"), /^workers=\d+\n$/);
      for (const path of [
        "etc/web/region.txt",
        "etc/web/path.txt",
        "run/parbake/secrets/url.env",
        "run/parbake/secrets/db",
      ])
        assert.equal(existsSync(join(image.root, path)), false, path);
    });

  it("has a plan, which asks nobody and shows stand-ins for what only an instance knows", async () => {
    assert.equal(await parbake(["plan", "--bake"]), 0, said.err);
    assert.match(said.out, /known only on an instance, and shown as stand-ins: instanceType, region/);
    assert.match(said.out, /create +\/etc\/web\/region\.txt/);
  });

  it("removes what is no longer declared where nothing is left to the boot, as its plan says", async () => {
    const declared = (...names: readonly string[]) =>
      `files: [${names.map((name) => `{ template: plain.txt.hbs, path: /etc/web/${name}.txt }`).join(", ")}]\n`;
    const apps = "apps: { web: { profile: nginx } }\n";
    image.write("etc/parbake/parbake.yaml", apps + declared("one", "two"));
    assert.equal(await parbake(["apply", "--bake"]), 0, said.err);
    image.write("etc/parbake/parbake.yaml", apps + declared("one"));
    assert.equal(await parbake(["plan", "--bake"]), 0, said.err);
    assert.match(said.out, /remove +\/etc\/web\/two\.txt/);
    assert.equal(await parbake(["apply", "--bake"]), 0, said.err);
    assert.equal(existsSync(join(image.root, "etc/web/two.txt")), false);
  });

  for (const [what, file] of [
    ["a file of an instance", "region.txt"],
    ["a secret", "path.txt"],
  ] as const)
    it(`leaves removals to the boot with ${what}, and plans none`, async () => {
      image.write("etc/parbake/parbake.yaml", CONFIG + "  - { template: plain.txt.hbs, path: /etc/web/two.txt }\n");
      assert.equal(await parbake(["apply", "--bake"]), 0, said.err);
      const kept = CONFIG.split("\n").filter(
        (line) => !line.includes(".hbs") || line.includes(file) || line.includes("plain"),
      );
      const withoutSecrets = kept.filter((line) => file !== "region.txt" || !line.startsWith("secrets: "));
      image.write("etc/parbake/parbake.yaml", withoutSecrets.join("\n"));
      assert.equal(await parbake(["plan", "--bake"]), 0, said.err);
      assert.doesNotMatch(said.out, /remove/);
      assert.match(said.out, new RegExp(file));
      assert.equal(await parbake(["apply", "--bake"]), 0, said.err);
      assert.ok(existsSync(join(image.root, "etc/web/two.txt")));
    });

  it("is told to plan by --root where secrets would reach a disk (where the temporary folder is on one)", async function () {
    const root = makeFolder(tmpdir(), "bake", "test");
    if (isMemory(root)) this.skip();
    cpSync(image.root, root, { recursive: true });
    assert.equal(await parbake(["plan"], {}, root), 0, said.err);
    assert.match(said.out, /known only on an instance, and shown as stand-ins: instanceType, region/);
  });

  it("is no place to ask AWS whether the role may read", async () => {
    assert.equal(await parbake(["plan", "--check-access"], { PACKER_BUILD_NAME: "debian" }), 64);
    assert.match(said.err, /--check-access asks AWS, and this is a bake \(PACKER_BUILD_NAME is set\)/);
  });

  it("is not told by an empty variable, nor by --root where the secrets folder is memory", async () => {
    assert.equal(await parbake(["apply", "--deadline", "2s"], { PACKER_BUILD_NAME: "" }), 69);
    assert.match(said.err, /IMDS/);
  });
});

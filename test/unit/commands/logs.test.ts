// `logs` of a scratch image, in this process: what is in the archive, what never is, and how it is written.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../support/folders.ts";
import { runHere } from "../support/run-command.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

const CANARY = "Zq7-c4n4ry";
const CONFIG = `templates: /srv/templates
secrets: { db: { id: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db", keys: { password: { file: db/password } } } }
vars: { domain: example.com, smtp_password: ${CANARY}-1 }
`;

async function call(root: string, ...words: string[]) {
  let bytes: Buffer = Buffer.alloc(0);
  const said = await runHere([...words, "--root", root], {
    environment: { AWS_EC2_METADATA_DISABLED: "true" },
    writeBytes: (written) => (bytes = written),
  });
  return { ...said, bytes };
}

function unpack(archive: string): (name: string) => string {
  const folder = makeFolder("/tmp", "test", "test");
  execFileSync("tar", ["--extract", "--no-same-owner", "-f", archive], { cwd: folder });
  return (name) => readFileSync(join(folder, "parbake-logs", name), "utf8");
}

describe("logs", () => {
  let scratch: Scratch;
  let archive: string;

  beforeEach(() => {
    scratch = makeScratch();
    archive = join(makeFolder("/tmp", "test", "test"), "logs.tar.gz");
    scratch.write("etc/parbake/parbake.yaml", CONFIG);
    scratch.write("etc/parbake/parbake.d/more.yaml", `vars:\n  api_token: "${CANARY}-2"\n`);
    scratch.write(
      "etc/parbake/environment",
      `AWS_SECRET_ACCESS_KEY=${CANARY}-3\nX=${CANARY}-4\nAWS_REGION=eu-west-1\n`,
    );
    scratch.write("srv/templates/x.hbs", `url = postgres://app:${CANARY}-5@db/x\nworkers = {{vars.domain}}\n`);
    scratch.write("run/parbake/secrets/db/password", `${CANARY}-6`);
    scratch.write("elsewhere", `${CANARY}-7`);
    symlinkSync("../../run/parbake/secrets/db/password", scratch.path("srv/templates/password.hbs"));
    symlinkSync("/elsewhere", scratch.path("srv/templates/elsewhere.hbs"));
    scratch.write("etc/os-release", "ID=debian\n");
  });

  it("are an archive of config, templates and records, in which no secret and no account id is", async () => {
    const { status, out } = await call(scratch.root, "logs", archive);
    assert.equal(status, 0);
    assert.match(out, /logs\.tar\.gz: \d+ files in .*\ntaken out: \d+ values that may be a secret, 1 account id\n/);
    assert.equal(statSync(archive).mode & 0o7777, 0o600);
    const all = execFileSync("tar", ["--extract", "--to-stdout", "-f", archive]).toString();
    assert.ok(!all.includes(CANARY), all);
    assert.ok(!all.includes("111122223333"));
    const read = unpack(archive);
    assert.match(read("config/parbake.yaml"), /domain: example\.com/);
    assert.match(read("config/parbake.yaml"), /eu-west-1:000000000001:secret:prod\/db/);
    assert.match(read("config/templates/x.hbs"), /^workers = \{\{vars\.domain\}\}$/m);
    assert.match(read("files/etc/parbake/environment"), /^AWS_REGION=eu-west-1$/m);
    assert.equal(JSON.parse(read("status.json")).schema, 1);
  });

  it("say in their README what is in them, what was taken out of what, and what is missing and why", async () => {
    await call(scratch.root, "logs", archive);
    const readme = unpack(archive)("README");
    for (const line of [
      / {2}config\/parbake\.yaml {2}\d+ bytes/,
      / {2}config\/parbake\.yaml: 1 × secret-by-name/,
      / {2}config\/templates\/x\.hbs: 1 × url-password/,
      / {2}files\/etc\/parbake\/environment: 2 × value/,
      / {2}everywhere: 1 × account id/,
      / {2}\S+\/password\.hbs: it is a symlink, which is not followed/,
      / {2}\/usr\/share\/parbake\/bake\.json: it does not exist/,
      / {2}systemd, its journal, facts: --root names an image, which does not run/,
    ])
      assert.match(readme, line);
  });

  it("go to stdout, too", async () => {
    const { status, out, bytes } = await call(scratch.root, "logs", "-");
    assert.deepEqual([status, out], [0, ""]);
    writeFileSync(archive, bytes);
    assert.match(unpack(archive)("version.txt"), /^parbake /);
  });

  it("are of nothing at all where there is nothing, and say so", async () => {
    const empty = makeScratch();
    assert.equal((await call(empty.root, "logs", archive)).status, 0);
    assert.match(unpack(archive)("README"), / {2}\S+parbake\.yaml: it does not exist/);
  });

  it("do not follow a record that is a symlink to a secret, and survive one that is a folder", async () => {
    symlinkSync("secrets/db/password", scratch.path("run/parbake/first-report.json"));
    mkdirSync(scratch.path("var/lib/parbake/managed.json"), { recursive: true });
    assert.equal((await call(scratch.root, "logs", archive)).status, 0);
    const readme = unpack(archive)("README");
    assert.match(readme, /first-report\.json: it leads to the secrets/);
    assert.match(readme, /managed\.json: /);
  });

  it("are refused where they cannot be written, with the path", async () => {
    const { status, err } = await call(scratch.root, "logs", "/nowhere/x.tar.gz");
    assert.deepEqual(
      [status, err],
      [73, "parbake: logs: the folder of /nowhere/x.tar.gz does not exist. Make it first.\n"],
    );
    assert.equal((await call(scratch.root, "logs", "-", "--json")).status, 64);
  });
});

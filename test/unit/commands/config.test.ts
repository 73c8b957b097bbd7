import assert from "node:assert/strict";
import { join, pem } from "../support/planted.ts";
import { runCommand } from "../support/run-command.ts";
import { makeTree } from "../support/small-image.ts";

const MAIN = `imds: optional
apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB } }
  web: { profile: nginx }
secrets:
  db: { id: prod/db, keys: { password: { file: db/password, mode: "0400" } } }
files:
  - template: nginx.conf.hbs
    path: /etc/nginx/nginx.conf
  - { template: app.conf.hbs, path: /etc/app.conf }
vars: { domain: example.com, ratio: 1.10, port: 8080, flag: "on" }
seal:
  salt: 5f1d0c7a9be24e60
  severity: { authorized-keys: warn }
  allow: [ { path: /a, reason: r, owner: o } ]
`;
const LATER = `imds:
apps:
  web: { profile: nginx, memory: { max: 1GiB } }
files:
  - { template: other.conf.hbs, path: /etc/nginx/nginx.conf }
vars: { domain: example.org }
seal:
  updates: warn
  allow: [ { path: /b, reason: r, owner: o } ]
`;

function makeImage(main: string, later = LATER) {
  return makeTree({
    "/etc/parbake/parbake.yaml": main,
    "/etc/parbake/parbake.d/10-web.yaml": later,
    "/etc/parbake/templates/nginx.conf.hbs": "x\n",
    "/etc/parbake/templates/other.conf.hbs": "x\n",
    "/etc/parbake/templates/app.conf.hbs": '---\nowner: app\nmode: "0640"\n---\nx\n',
    "/etc/parbake/templates/alone.hbs": "---\npath: /etc/alone.conf\n---\nx\n",
  });
}

interface Document {
  readonly config: Record<string, unknown>;
  readonly origins: Record<string, { readonly file: string; readonly line: number }>;
  readonly hidden: readonly string[];
}

async function show(main: string, later?: string): Promise<Document & { readonly root: string }> {
  const image = makeImage(main, later);
  const { status, out, err } = await runCommand(image, "config", "show", "--json");
  assert.equal(status, 0, err);
  return { ...(JSON.parse(out) as Document), root: image.root };
}

describe("parbake config show", () => {
  it("prints what all files make together, as people write it, each key with the file and line that counts", async () => {
    const { out } = await runCommand(makeImage(MAIN), "config", "show");
    assert.deepEqual(
      out
        .split("\n")
        .slice(1)
        .map((line) => line.replaceAll(/ {2,}(?=\S+:\d+$)/g, " | ")),
      [
        "imds: optional | parbake.yaml:1",
        "apps: | parbake.d/10-web.yaml:2",
        "  db: | parbake.yaml:3",
        "    profile: postgresql | parbake.yaml:3",
        "    memory: | parbake.yaml:3",
        "      weight: 3 | parbake.yaml:3",
        "      min: 512MiB | parbake.yaml:3",
        "  web: | parbake.d/10-web.yaml:3",
        "    profile: nginx | parbake.d/10-web.yaml:3",
        "    memory: | parbake.d/10-web.yaml:3",
        "      max: 1GiB | parbake.d/10-web.yaml:3",
        "secrets: | parbake.yaml:5",
        "  db: | parbake.yaml:6",
        "    id: prod/db | parbake.yaml:6",
        "    keys: | parbake.yaml:6",
        "      password: | parbake.yaml:6",
        "        file: db/password | parbake.yaml:6",
        '        mode: "0400" | parbake.yaml:6',
        "files: | parbake.d/10-web.yaml:4",
        "  - template: app.conf.hbs | parbake.yaml:10",
        "    path: /etc/app.conf | parbake.yaml:10",
        "    owner: app | templates/app.conf.hbs:2",
        '    mode: "0640" | templates/app.conf.hbs:3',
        "  - template: other.conf.hbs | parbake.d/10-web.yaml:5",
        "    path: /etc/nginx/nginx.conf | parbake.d/10-web.yaml:5",
        "  - template: alone.hbs | templates/alone.hbs:2",
        "    path: /etc/alone.conf | templates/alone.hbs:2",
        "seal: | parbake.d/10-web.yaml:7",
        "  salt: [hidden] | parbake.yaml:13",
        "  severity: | parbake.yaml:14",
        "    authorized-keys: warn | parbake.yaml:14",
        "  allow: | parbake.d/10-web.yaml:9",
        "    - path: /a | parbake.yaml:15",
        "      reason: r | parbake.yaml:15",
        "      owner: o | parbake.yaml:15",
        "    - path: /b | parbake.d/10-web.yaml:9",
        "      reason: r | parbake.d/10-web.yaml:9",
        "      owner: o | parbake.d/10-web.yaml:9",
        "  updates: warn | parbake.d/10-web.yaml:8",
        "vars: | parbake.d/10-web.yaml:6",
        "  domain: example.org | parbake.d/10-web.yaml:6",
        "  ratio: 1.10 | parbake.yaml:11",
        "  port: 8080 | parbake.yaml:11",
        '  flag: "on" | parbake.yaml:11',
        "",
      ],
    );
  });

  it("gives programs the same as data, with the place of each path", async () => {
    const { config, origins, hidden, root } = await show(MAIN);
    assert.deepEqual(config["vars"], { domain: "example.org", ratio: 1.1, port: 8080, flag: "on" });
    assert.deepEqual(config["files"], [
      { template: "app.conf.hbs", path: "/etc/app.conf", owner: "app", mode: "0640" },
      { template: "other.conf.hbs", path: "/etc/nginx/nginx.conf" },
      { template: "alone.hbs", path: "/etc/alone.conf" },
    ]);
    assert.deepEqual(origins["apps.db.memory.min"], {
      file: `${root}/etc/parbake/parbake.yaml`,
      line: 3,
      column: 51,
    });
    assert.equal(origins["files[0].owner"]?.file, `${root}/etc/parbake/templates/app.conf.hbs`);
    assert.deepEqual(hidden, ["seal.salt"]);
  });

  it("hides the salt, variables with the name of a secret, and what is a credential by its form", async () => {
    const secrets = [
      "5f1d0c7a9be24e60",
      "hunter2",
      "1234",
      // The documentation's own, whose checksum is right.
      join("gh", "p_", "zQWBuTSOoRi4A9spHcVY", "5ncnsDkxkJ0mLq17"),
      "s3cretpass",
      pem("PRIVATE").split("\n")[1]!,
    ];
    const key = `|\n${pem("PRIVATE").replaceAll(/^/gm, "    ")}`;
    const main = `${MAIN.replace(/^vars:.*\n/m, "")}vars:
  dbPassword: hunter2
  nested: { pin_token: 1234, list: [ { apiKey: "1234" } ] }
  note: ${secrets[3]}
  url: "https://me:s3cretpass@example.com/"
  pem: ${key}`;
    const image = makeImage(main, "apps: {}\n");
    for (const words of [[], ["--json"]]) {
      const { out, err, status } = await runCommand(image, "config", "show", ...words);
      assert.equal(status, 0, err);
      for (const secret of secrets) assert.ok(!out.includes(secret), `${secret} in ${out}`);
    }
    assert.deepEqual((await show(main, "apps: {}\n")).hidden, [
      "seal.salt",
      "vars.dbPassword",
      "vars.nested.pin_token",
      "vars.nested.list[0].apiKey",
      "vars.note",
      "vars.url",
      "vars.pem",
    ]);
  });

  it("hides what is anywhere below the name of a secret, and passwords within a value; not what is named alike", async () => {
    const vars = `vars:
  password: { current: hunter2xyz }
  secret: { value: hunter2xyz }
  credentials: hunter2xyz
  pass: hunter2xyz
  DBPASS: hunter2xyz
  passwords: [hunter2, { a: hunter2 }]
  pwd: hunter2
  auth: hunter2
  cookie: hunter2
  signing_key: hunter2
  encryptionkey: hunter2
  salt: hunter2
  conn: "Server=h;Pwd=hunter2;"
  basic: "Basic ${Buffer.from("me:hunter2xyz").toString("base64")}"
  pass_through: shown1
  author: shown2
  authority: shown3
  passenger: shown4
  keyboard: shown5
  publicKey: shown6
`;
    const main = MAIN.replace(/^vars:.*\n/m, vars);
    const { out } = await runCommand(makeImage(main, "apps: {}\n"), "config", "show");
    assert.doesNotMatch(out, /hunter2|aHVudGVy|bWU6/);
    for (const each of ["shown1", "shown2", "shown3", "shown4", "shown5", "shown6"])
      assert.ok(out.includes(each), each);
  });

  it("hides a secret that is there once more, by an alias or a name of no secret's, and one among the words of a command", async () => {
    const main = `${MAIN.replace(/^vars:.*\n/m, "")}vars:
  dbPassword: &p hunter2
  again: *p
  words: [shown1, hunter2]
  secretName: prod/db
folders: []
metrics: /var/lib/node_exporter/x.prom
`.replace(
      "path: /etc/app.conf",
      'path: /etc/app.conf, validate: [/usr/bin/curl, -u, "me:s3cretpass", "{}"], healthCheck: [/usr/bin/curl, "http://app-users:8080/shown2"]',
    );
    const { out, err } = await runCommand(makeImage(main, "apps: {}\n"), "config", "show");
    assert.equal(err, "");
    assert.doesNotMatch(out, /hunter2|s3cretpass/);
    for (const each of ["shown1", "http://app-users:8080/shown2", "id: prod/db"]) assert.ok(out.includes(each), each);
  });

  it("refuses a config that no run would take, as each command does", async () => {
    const { status, err } = await runCommand(makeImage("apps: { db: {} }\n"), "config", "show");
    assert.equal(status, 78);
    assert.match(err, /parbake\.yaml:1:13: apps\.db: has no profile/);
  });

  it("wants to be told what of the config", async () => {
    const { status, err } = await runCommand(makeImage(MAIN), "config");
    assert.equal(status, 64);
    assert.match(err, /config does not say what of it\. Write parbake config show\./);
  });
});

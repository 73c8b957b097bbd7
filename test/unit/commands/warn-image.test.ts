// What check warns of that a boot does not look for.

import assert from "node:assert/strict";
import { makeScratchImage, type ScratchImage } from "../../binary/support/scratch-image.ts";
import { pem } from "../support/planted.ts";
import { runCommand, type Said } from "../support/run-command.ts";

const APP = "imds: optional\napps: { web: { profile: nginx } }\n";

async function withImage<T>(config: string, work: (image: ScratchImage) => Promise<T>): Promise<T> {
  const image = makeScratchImage(config);
  try {
    return await work(image);
  } finally {
    image.remove();
  }
}

/** The warnings as `file:line:col: what`, the file without its folder. */
async function warn(config: string, ...words: readonly string[]): Promise<readonly string[]> {
  const { status, out, err } = await withImage(config, (image) => runCommand(image, "check", "--json", ...words));
  assert.equal(status, 0, err);
  const { warnings } = JSON.parse(out) as { warnings: { what: string; at: Record<string, string | number> }[] };
  return warnings.map(({ what, at }) => `${at["line"]}:${at["column"]}: ${what}`);
}

describe("check of a config that holds a credential", () => {
  const SECRET = "hunter2secretXYZ123";
  const say = (config: string, ...words: readonly string[]): Promise<Said> =>
    withImage(config, (image) => runCommand(image, "check", ...words));

  it("warns with its place and the fix, never with the value, and is valid, with --strict too", async () => {
    for (const words of [[], ["--strict"], ["--instance-type", "m7g.*"], ["--json"]]) {
      const { status, out, err } = await say(`${APP}vars: { dbPassword: ${SECRET} }\n`, ...words);
      assert.equal(status, 0, err);
      assert.match(
        out.replaceAll(/\s+/g, " "),
        /vars\.dbPassword looks like a credential, and the config is in the image.*Fetch it as a secret at the boot: keep it in Secrets Manager/,
      );
      assert.equal(`${out}${err}`.includes(SECRET), false);
      assert.equal(out.split("looks like a credential").length, 2, "told once, for however many types");
    }
    const { out } = await say(`${APP}vars: { dbPassword: ${SECRET} }\n`);
    assert.match(out, /^! \S+parbake\.yaml:3:21: vars\.dbPassword looks like/m);
  });

  it("tells it by the rules of seal, wherever in the config it stands", async () => {
    const key = pem("PRIVATE").replaceAll(/^/gm, "    ");
    const config = `${APP}vars:\n  nested: { list: [ { apiKey: ${SECRET} } ] }\n  url: "https://me:s3cretpass@example.com/"\n  pem: |\n${key}`;
    const found = (await warn(config)).filter((line) => line.includes("credential"));
    assert.deepEqual(
      found.map((line) => line.replace(/ looks .*/, "")),
      ["4:23: vars.nested.list[0].apiKey", "5:8: vars.url", "6:8: vars.pem"],
    );
  });

  it("tells it by the name above it, too, where that has versions of a secret", async () => {
    const vars = `vars:
  password: { current: ${SECRET}, user: app-user-1 }
  DBPASS: ${SECRET}
  passwords: [${SECRET}]
  signing_key: ${SECRET}
  auth: scram-sha-256
  cookie: session-id-2
  credentials: instance-profile
`;
    const found = (await warn(`${APP}${vars}`)).filter((line) => line.includes("looks like a credential"));
    assert.deepEqual(
      found.map((line) => line.replace(/ looks .*/, "").replace(/^[\d:]+ /, "")),
      ["vars.password.current", "vars.DBPASS", "vars.passwords[0]", "vars.signing_key"],
    );
  });

  it("takes for none what only has such a name: a path, a placeholder, the name of a secret, seal's own salt", async () => {
    const vars = [
      "passwordFile: /run/parbake/secrets/db/password",
      "tokenLifetime: 30 minutes",
      "secretName: prod/db",
      "dbPassword: <set at boot>",
      "apiToken: /etc/api/token",
      "secret: arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-AbCdEf",
    ];
    const secrets = "secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }\n";
    const config = `${APP}${secrets}seal: { salt: 5f1d0c7a9be24e60 }\nvars: { ${vars.map((each) => each.replace(/: (.*)/, ': "$1"')).join(", ")} }\n`;
    assert.deepEqual(
      (await warn(config)).filter((line) => line.includes("credential")),
      [],
    );
  });
});

describe("check of an image for the types of two architectures", () => {
  const of = async (lines: string, ...words: readonly string[]) =>
    (await warn(`${lines}\n${APP}`, ...words)).filter((line) => line.includes("architecture"));

  it("warns once, at the pattern that brings the other one, with examples of both", async () => {
    const list = 'launchOn: [m7g.medium, "r7i.{large..8xlarge}", t4g.small]';
    const warning =
      "1:24: launchOn means types of arm64 (m7g.medium, t4g.small) and of x86_64 (r7i.large, r7i.xlarge, r7i.2xlarge, …), and an image has one architecture";
    assert.deepEqual(await of(list), [warning]);
    assert.deepEqual(await of(list, "--instance-type", "m7g.large"), [warning]);
  });

  it("says what to write", async () => {
    const config = `launchOn: [m7i.large, m7g.large]\n${APP}`;
    const { out } = await withImage(config, (image) => runCommand(image, "check"));
    assert.match(
      out.replaceAll(/\s+/g, " "),
      / architecture\. Write architectures: \[x86_64\] or \[arm64\], and take the types of the other out of launchOn; a config for an image of each says architectures: \[x86_64, arm64\]\. /,
    );
  });

  it("does not where all are of one, nobody says which, or the config names both", async () => {
    assert.deepEqual(await of('launchOn: [m7g.*, "r7g.{large..8xlarge}", t4g.small]'), []);
    assert.deepEqual(await of("launchOn: []"), []);
    assert.deepEqual(await of("launchOn: [m7i.large, m7g.large]\narchitectures: [x86_64, arm64]"), []);
  });
});

describe("check of an image with files that nobody reads", () => {
  const CONFIG = `imds: optional
apps: { db: { profile: postgresql }, api: { profile: jvm } }
files:
  - { template: db.conf.hbs, path: /etc/postgresql/16/main/conf.d/90-parbake.conf }
  - { template: api.env.hbs, path: /etc/default/api, onChange: { restart: api.service } }
`;
  const UNIT = "[Service]\nExecStart=/usr/bin/java -jar /opt/api.jar\n";

  async function unread(unit: string, postgresql: string): Promise<readonly string[]> {
    const { status, out, err } = await withImage(CONFIG, (image) => {
      image.write("etc/parbake/templates/db.conf.hbs", "shared_buffers = {{apps.db.shared_buffers}}\n");
      image.write("etc/parbake/templates/api.env.hbs", "JAVA_OPTS={{apps.api.options}}\n");
      image.write("etc/systemd/system/api.service", unit);
      image.write("etc/postgresql/16/main/postgresql.conf", postgresql);
      for (const folder of ["etc/default", "etc/postgresql/16/main/conf.d"]) image.write(`${folder}/.keep`, "");
      return runCommand(image, "check", "--json", "--strict", "--instance-type", "m7g.large");
    });
    assert.equal(status, 0, err);
    const { warnings } = JSON.parse(out) as { warnings: { what: string; fix: string; at: { line: number } }[] };
    const about = warnings.filter(({ what }) => /does not (?:read|include)/.test(what));
    return about.map(({ what, fix, at }) => `${at.line}: ${what}. ${fix}`);
  }

  it("warns of each, at its entry, with what to do in the bake", async () =>
    assert.deepEqual(await unread(UNIT, "#include_dir = 'conf.d'\nport = 5432\n"), [
      "4: /etc/postgresql/16/main/postgresql.conf does not include /etc/postgresql/16/main/conf.d. In the bake: echo \"include_dir = 'conf.d'\" >>/etc/postgresql/16/main/postgresql.conf",
      String.raw`5: api.service does not read /etc/default/api. Unless its program reads the file by itself, in the bake: install -d /etc/systemd/system/api.service.d && printf '[Service]\nEnvironmentFile=-/etc/default/api\n' >/etc/systemd/system/api.service.d/50-environment.conf`,
    ]));

  it("does not where they are named, or may be", async () => {
    const includes = "include_dir = 'conf.d'\n";
    for (const line of [
      "EnvironmentFile=-/etc/default/api",
      "EnvironmentFile=/etc/default/%N",
      "EnvironmentFile=/etc/default/*",
      "ExecStartPre=/bin/sh -c '. /etc/default/api'",
    ])
      assert.deepEqual(await unread(`${UNIT}${line}\n`, includes), [], line);
  });
});

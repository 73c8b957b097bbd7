import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { makeScratchImage, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const PASSWORD = 'a$HOME "q" #c \\ end';

const SECRETS = `secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: {}, port: {}, ssl: {}, host: {} } } }
`;

describe("formats, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;

  before(async () => {
    const string = `{"password":${JSON.stringify(PASSWORD)},"port":5432,"ssl":true,"host":"db.internal-canary"}`;
    emulator = await startEmulator({ world: { secrets: [{ name: "prod/db", versions: [{ string }] }] } });
  });
  after(() => emulator.close());
  beforeEach(() => {
    image = makeScratchImage();
  });
  afterEach(() => {
    image.remove();
    assert.deepEqual(emulator.surprises, []);
  });

  /** @param files the text of each template by its name */
  function bake(config: string, files: Readonly<Record<string, string>>): void {
    image.write("etc/parbake/parbake.yaml", config);
    for (const [name, text] of Object.entries(files)) image.write(`etc/parbake/templates/${name}`, text);
  }

  async function apply(...parameters: string[]): Promise<Outcome> {
    const outcome = await image.run(emulator, "apply", ...parameters);
    assert.equal(outcome.status, 0, outcome.stderr);
    return outcome;
  }

  /** What sh has in the variable `name` after it has read the file. */
  function readWithSh(path: string, name: string): string {
    return execFileSync("sh", ["-c", `. "$0"; printf %s "$${name}"`, join(image.root, path)]).toString();
  }

  it("tells the format by the target, whatever the template is called", async () => {
    const config = `${SECRETS}vars: { motd: 'say "hi", 100%', win: 'C:\\new', dollar: 'a$b' }
files:
  - { template: db.hbs, path: /run/parbake/secrets/db.env, mode: "0400" }
  - { template: settings.hbs, path: /etc/web/settings.json }
  - { template: unit.hbs, path: /etc/web/app.service }
  - { template: nginx.hbs, path: /etc/web/nginx.conf }
`;
    bake(config, {
      "db.hbs": "DB_PASSWORD={{secrets.db.password.value}}\n",
      "settings.hbs": '{"motd": "{{vars.motd}}", "win": "{{vars.win}}"}\n',
      "unit.hbs": '[Service]\nEnvironment="MOTD={{vars.motd}}" "A={{vars.dollar}}"\n',
      "nginx.hbs": 'add_header X "{{vars.motd}}";\n',
    });
    await apply();
    assert.equal(readWithSh("run/parbake/secrets/db.env", "DB_PASSWORD"), PASSWORD);
    assert.deepEqual(JSON.parse(image.read("etc/web/settings.json")), { motd: 'say "hi", 100%', win: "C:\\new" });
    assert.equal(image.read("etc/web/app.service"), '[Service]\nEnvironment="MOTD=say \\"hi\\", 100%%" "A=a$b"\n');
    assert.equal(image.read("etc/web/nginx.conf"), 'add_header X "say \\"hi\\", 100%";\n');
  });

  it("asks for format: where names disagree, and where no name tells what the file looks like", async () => {
    const config = `vars: { a: 1 }
files:
  - { template: conf.yaml.hbs, path: /etc/web/conf.json }
  - { template: start.hbs, path: /etc/web/start }
`;
    bake(config, { "conf.yaml.hbs": "{ a: {{vars.a}} }\n", "start.hbs": "#!/bin/sh\necho {{vars.a}}\n" });
    const { status, stderr } = await image.run(null, "check");
    assert.equal(status, 78, stderr);
    assert.match(
      stderr,
      /parbake\.yaml:3:5: \/etc\/web\/conf\.json is json by its name.* `format: json` or `format: yaml`/,
    );
    assert.match(
      stderr,
      /parbake\.yaml:4:5: no name tells the format of \/etc\/web\/start .*looks like sh.* `format: sh`; `format: text`/,
    );
    const said = config.replace("conf.json", "conf.json, format: yaml").replace("start }", "start, format: text }");
    bake(said, {});
    const again = await image.run(null, "check");
    assert.equal(again.status, 0, again.stderr);
  });

  it("says of each file in a plan which format it has and why", async () => {
    const config = `vars: { a: 1 }
folders: [ { path: /etc/systemd }, { path: /etc/systemd/system }, { path: /etc/systemd/system/web.service.d } ]
files:
  - { template: a.hbs, path: /etc/systemd/system/web.service.d/a.conf }
  - { template: b.env.hbs, path: /etc/web/b }
  - { template: c.hbs, path: /etc/web/c.env, format: text }
  - { template: c.hbs, path: /etc/web/c }
`;
    bake(config, { "a.hbs": "[Service]\nNice={{vars.a}}\n", "b.env.hbs": "A={{vars.a}}\n", "c.hbs": "c {{vars.a}}\n" });
    const expected = [
      "systemd: target in web.service.d",
      "env: the template's name",
      "text: as the config says",
      "text: no name tells another",
    ];
    const text = (await image.run(null, "plan", "--instance-type", "m7g.large")).stdout;
    const json = (await image.run(null, "plan", "--instance-type", "m7g.large", "--json")).stdout;
    const steps: readonly { kind: string; format: string; formatReason: string }[] = JSON.parse(json).plans[0].steps;
    const files = steps.filter(({ kind }) => kind === "file");
    assert.deepEqual(
      files.map(({ format, formatReason }) => `${format}: ${formatReason}`),
      expected,
    );
    for (const reason of expected) assert.ok(text.includes(reason), text);
  });

  it("writes LF where an editor has saved CRLF, says so once, and refuses a carriage return elsewhere", async () => {
    const config = `vars: { v: "a b" }
files: [ { template: a.sh.hbs, path: /etc/web/a.sh }, { template: a.sh.hbs, path: /etc/web/b.sh } ]
`;
    bake(config, { "a.sh.hbs": "#!/bin/sh\r\nA={{vars.v}}\r\n" });
    const { stderr } = await apply("--instance-type", "m7g.large", "--dry-run");
    assert.equal(stderr, "");
    const outcome = await apply();
    assert.equal(readWithSh("etc/web/a.sh", "A"), "a b");
    assert.equal(image.read("etc/web/b.sh"), "#!/bin/sh\nA='a b'\n");
    assert.equal(outcome.stderr.split("its lines end in CRLF").length, 2, outcome.stderr);
    const report = JSON.parse(image.read("run/parbake/report.json"));
    assert.equal(report.warnings.length, 1);
    bake(config, { "a.sh.hbs": "#!/bin/sh\nA={{vars.v}}\rB=1\n" });
    const refused = await image.run(null, "check");
    assert.equal(refused.status, 65, refused.stderr);
    assert.match(refused.stderr, /templates\/a\.sh\.hbs:2: .*a carriage return stands here/);
  });

  it("prints numbers and truth of a secret as what they are, by a saved plan too", async () => {
    const config = `${SECRETS}files:
  - { template: a.json.hbs, path: /run/parbake/secrets/a.json, mode: "0400" }
  - { template: a.yaml.hbs, path: /run/parbake/secrets/a.yaml, mode: "0400" }
  - { template: a.toml.hbs, path: /run/parbake/secrets/a.toml, mode: "0400" }
`;
    bake(config, {
      "a.json.hbs":
        '{"a": {{number secrets.db.port.value}}, "b": {{bool secrets.db.ssl.value}}, "c": {{secrets.db.port.value}} }\n',
      "a.yaml.hbs": "a: {{number secrets.db.port.value}}\nb: {{bool secrets.db.ssl.value}}\n",
      "a.toml.hbs": "a = {{number secrets.db.port.value}}\nb = {{bool secrets.db.ssl.value}}\n",
    });
    const plan = await image.run(emulator, "plan", "--json");
    assert.equal(plan.status, 0, plan.stderr);
    assert.doesNotMatch(plan.stdout, /5432/);
    image.write("plan.json", plan.stdout);
    await apply("--plan", join(image.root, "plan.json"));
    assert.deepEqual(JSON.parse(image.read("run/parbake/secrets/a.json")), { a: 5432, b: true, c: "5432" });
    assert.equal(image.read("run/parbake/secrets/a.yaml"), "a: 5432\nb: true\n");
    assert.equal(image.read("run/parbake/secrets/a.toml"), "a = 5432\nb = true\n");
  });

  it("refuses a secret that is no number, without showing it", async () => {
    bake(`${SECRETS}files: [ { template: a.json.hbs, path: /run/parbake/secrets/a.json, mode: "0400" } ]\n`, {
      "a.json.hbs": "[{{number secrets.db.host.value}}]\n",
    });
    const { status, stdout, stderr } = await image.run(emulator, "apply");
    assert.equal(status, 65, stderr);
    assert.match(stderr, /a\.json cannot hold the secret .*: it is not a number as json writes them/);
    assert.doesNotMatch(stdout + stderr, /internal-canary/);
  });

  it("answers what stands near to the right thing: a secret's key, a raw block, a $ in a command", async () => {
    const config = `secretsGuarantee: swappable
vars: { dollar: 'a$b' }
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files:
  - { template: a.txt.hbs, path: /etc/web/a.txt }
  - { template: b.service.hbs, path: /etc/web/b.service }
`;
    bake(config, {
      "a.txt.hbs": "{{secrets.db.password}}\n{{{{raw}}}} {{x}} {{{{/raw}}}}\n",
      "b.service.hbs": "[Service]\nExecStart=/bin/echo {{vars.dollar}}\n",
    });
    const { status, stderr } = await image.run(null, "check");
    assert.equal(status, 65, stderr);
    assert.match(
      stderr,
      /a\.txt\.hbs:1:3: secrets\.db\.password is a key of a secret.*\{\{secrets\.db\.password\.path\}\}/,
    );
    assert.match(stderr, /a\.txt\.hbs:2:1: raw blocks .* are not supported\. Write \\\{\{/);
    assert.match(stderr, /b\.service\.hbs:2:21: the value printed here has a \$, which systemd expands in a command/);
  });

  it("tells a warning once, though two files and a partial of both share what it is about", async () => {
    const config = `vars: { v: 1 }
files: [ { template: a.txt.hbs, path: /etc/web/a.txt }, { template: a.txt.hbs, path: /etc/web/b.txt } ]
`;
    bake(config, { "a.txt.hbs": "{{> part}}\n", "part.hbs": "{{raw vars.v}}\n" });
    for (const words of [["check"], ["plan", "--json"], ["apply"]]) {
      const { status, stdout, stderr } = await image.run(emulator, ...words);
      assert.equal(status, 0, stderr);
      assert.equal((stdout + stderr).split("raw prints a value").length, 2, stdout + stderr);
    }
  });
});

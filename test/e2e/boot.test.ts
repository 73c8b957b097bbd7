import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import { attempt, run, waitUntil } from "./support/command.ts";
import type { Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

const POSTGRES_CONF = "/etc/postgresql/15/main/conf.d/90-parbake.conf";
const SECRET_FILE = "/run/parbake/secrets/db/password";
const ENV_FILE = "/run/parbake/secrets/api/api.env";
const MANAGED = [POSTGRES_CONF, "/etc/nginx/nginx.conf", SECRET_FILE, ENV_FILE];

describeWhere(SITE_REQUIREMENTS, "a boot of the sample image", function () {
  this.timeout(120_000);
  const password = `canary-${randomBytes(16).toString("hex")}`;
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this);
    machine = await bootWithSecrets(site, { "prod/db": JSON.stringify({ username: "app", password }) });
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("ends with every unit up, parbake.service active (exited)", async () => {
    assert.equal(await machine.run(["systemctl", "--failed", "--no-legend"]), "");
    assert.equal(await machine.run(["systemctl", "is-system-running"]), "running");
    assert.equal(await machine.show("parbake.service", "SubState"), "exited");
  });

  it("has no ordering cycle", async () => {
    const journal = await machine.run(["journalctl", "--boot", "--no-pager", "--output=cat"]);
    assert.doesNotMatch(journal, /ordering cycle/i);
  });

  for (const unit of ["nginx.service", "postgresql@15-main.service"])
    it(`starts ${unit} after parbake has released it`, async () => {
      const releasedUs = Number(await machine.show(`parbake-ready@${unit}`, "ExecMainExitTimestampMonotonic"));
      const startedUs = Number(await machine.show(unit, "InactiveExitTimestampMonotonic"));
      assert.ok(
        releasedUs > 0 && startedUs >= releasedUs,
        `${unit} started at ${startedUs} µs, it was released at ${releasedUs} µs`,
      );
    });

  it("gives PostgreSQL the tuned values: a quarter of its 1 GiB as shared buffers", async () => {
    assert.equal(await query(machine, "SHOW shared_buffers"), "256MB");
    assert.equal(await query(machine, "SHOW max_connections"), "50");
  });

  it("gives nginx one worker for each CPU", async () => {
    assert.equal((await nginxWorkers(machine)).length, availableParallelism());
  });

  it("puts the secrets into memory, for their owners alone", async () => {
    assert.equal(await machine.run(["stat", "-c", "%a %U", SECRET_FILE]), "400 postgres");
    assert.equal(await machine.run(["stat", "-c", "%a %U", ENV_FILE]), "400 www-data");
    assert.equal(await machine.run(["stat", "-f", "-c", "%T", SECRET_FILE]), "ramfs");
    assert.equal(await machine.run(["cat", SECRET_FILE]), password);
    assert.match(await machine.run(["cat", ENV_FILE]), new RegExp(`^DB_PASSWORD=${password}$`, "m"));
  });

  it("lets the owner read its secret, and nobody else", async () => {
    assert.equal(await machine.run(["runuser", "-u", "postgres", "--", "cat", SECRET_FILE]), password);
    const other = await machine.attempt(["runuser", "-u", "www-data", "--", "cat", SECRET_FILE]);
    assert.deepEqual({ status: other.status, stdout: other.stdout }, { status: 1, stdout: "" });
  });

  it("says in the journal what it did, in lines that a person can read", async () => {
    const journal = await machine.run(["journalctl", "--boot", "--unit=parbake.service", "--no-pager", "--output=cat"]);
    assert.match(journal, /^ +create +\/etc\/postgresql\/15\/main\/conf\.d\/90-parbake\.conf$/m);
    assert.match(journal, /^ +create +secret db +prod\/db$/m);
    assert.match(journal, /secrets are on ramfs \(unswappable\)/);
    assert.ok(!journal.includes("\u001b"), "no colours");
    assert.doesNotMatch(journal, /"level":|^\s+at /m);
  });

  for (const [how, argv] of [
    ["by systemctl reload", ["systemctl", "reload", "parbake.service"]],
    ["by hand", ["env", "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:5000", "parbake", "apply"]],
  ] as const)
    it(`has nothing to do in a second run ${how}: no inode, no time, no process changes`, async () => {
      const before = await observe(machine);
      await machine.run(argv);
      assert.deepEqual(await observe(machine), before);
    });

  it("applies a change by hand: PostgreSQL is restarted with it, nginx left alone", async () => {
    const before = await observe(machine);
    await machine.run(["sed", "-i", "s/connections: 50/connections: 60/", "/etc/parbake/parbake.yaml"]);
    await machine.run(["env", "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://127.0.0.1:5000", "parbake", "apply"]);
    await waitUntil("PostgreSQL is back", 20_000, async () => (await attemptQuery(machine, "SELECT 1")) === "1");
    assert.equal(await query(machine, "SHOW max_connections"), "60");
    assert.deepEqual((await observe(machine)).nginx, before.nginx);
  });

  it("lets parbake.service be restarted, without the database", async () => {
    const before = await observe(machine);
    await machine.run(["systemctl", "restart", "parbake.service"]);
    assert.deepEqual(await observe(machine), before);
  });

  it("leaves no secret on the disk when it is switched off, the journal included", async () => {
    await machine.powerOff();
    const forms = [
      password,
      Buffer.from(password).toString("base64").slice(0, -4),
      Buffer.from(password).toString("hex"),
    ];
    assert.deepEqual(await search(site.root, forms), []);
    assert.deepEqual(await search(site.root, ["# The sample image on "]), [
      "/etc/parbake/templates/postgresql.conf.hbs",
      POSTGRES_CONF,
    ]);
    const journal = await run(["journalctl", `--directory=${join(site.root, "var/log/journal")}`, "--output=export"]);
    assert.match(journal, /parbake/);
    assert.ok(forms.every((form) => !journal.includes(form)));
  });
});

/** What a run that changes nothing must leave as it is. */
async function observe(machine: Machine): Promise<{ files: string; nginx: readonly string[]; postgres: string }> {
  return {
    files: await machine.run(["stat", "-c", "%n %i %y %z", ...MANAGED]),
    nginx: [await machine.show("nginx.service", "MainPID"), ...(await nginxWorkers(machine))],
    postgres: `${await machine.show("postgresql@15-main.service", "MainPID")} ${await query(machine, "SELECT pg_conf_load_time()")}`,
  };
}

async function nginxWorkers(machine: Machine): Promise<readonly string[]> {
  const master = await machine.show("nginx.service", "MainPID");
  const children = await machine.run(["cat", `/proc/${master}/task/${master}/children`]);
  return children.split(" ").filter((pid) => pid !== "");
}

const psql = (sql: string): string[] => [
  "runuser",
  "-u",
  "postgres",
  "--",
  "psql",
  "--no-align",
  "--tuples-only",
  "-c",
  sql,
];

function query(machine: Machine, sql: string): Promise<string> {
  return machine.run(psql(sql));
}

async function attemptQuery(machine: Machine, sql: string): Promise<string> {
  return (await machine.attempt(psql(sql))).stdout.trim();
}

/** The files below `root` that hold one of the texts, as the machine names them. */
async function search(root: string, texts: readonly string[]): Promise<readonly string[]> {
  const patterns = texts.flatMap((text) => ["-e", text]);
  const { status, stdout, stderr } = await attempt(["grep", "-rlaF", "--devices=skip", ...patterns, root]);
  assert.ok(status < 2, stderr);
  const found = stdout.split("\n").filter((path) => path !== "");
  return found.map((path) => path.slice(root.length)).toSorted();
}

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import { run } from "./support/command.ts";
import type { Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

interface Placed {
  readonly unit: string;
  readonly startMs: number;
  readonly doneMs: number;
}

describeWhere(SITE_REQUIREMENTS, "what a boot tells afterwards", function () {
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

  it("analyze: the run within parbake.service, its steps, and how long each held unit waited", async () => {
    const { run: analyzed, boot } = JSON.parse(await machine.run(["parbake", "analyze", "--json"]));
    const service: Placed = boot.service;
    assert.ok(analyzed.startMs >= service.startMs && analyzed.startMs + analyzed.tookMs <= service.doneMs);
    assert.ok(boot.finishedMs > service.doneMs, "the boot ends after parbake");
    const names: string[] = analyzed.steps.map(({ name }: { readonly name: string }) => name);
    for (const step of [
      "IMDS token",
      "GetSecretValue secret db (prod/db in eu-west-1)",
      "validate /etc/nginx/nginx.conf",
    ])
      assert.ok(names.includes(step), `${step} in ${names.join(", ")}`);
    const held: readonly (Placed & { readonly waitedMs: number })[] = boot.units;
    const database = held.find(({ unit }) => unit === "postgresql@15-main.service");
    assert.ok(database !== undefined && database.waitedMs > 0, JSON.stringify(held));
    for (const { unit, startMs, waitedMs } of held)
      assert.ok(waitedMs >= 0 && waitedMs <= startMs, `${unit} waited ${waitedMs} of ${startMs} ms`);
    assert.ok(boot.costMs >= 0 && boot.costMs < boot.target.doneMs, `${boot.costMs} ms`);
  });

  it("analyze: systemd's own times of the units that it names", async () => {
    const { boot } = JSON.parse(await machine.run(["parbake", "analyze", "--json"]));
    const zeroUs = Number(
      await machine.run(["systemctl", "show", "--value", "--property=UserspaceTimestampMonotonic"]),
    );
    for (const { unit, startMs } of boot.units as readonly Placed[]) {
      const startUs = Number(await machine.show(unit, "InactiveExitTimestampMonotonic"));
      assert.equal(startMs, Math.round((startUs - zeroUs) / 100) / 10, unit);
    }
  });

  it("analyze --svg is a drawing that another program reads", async () => {
    const svg = await machine.run(["parbake", "analyze", "--boot", "--svg"]);
    assert.match(svg, /^<\?xml version="1\.0"[^]*<rect class="parbake"[^]*<\/svg>$/);
  });

  it("logs: an archive with the journal, the units and the records, and no secret", async () => {
    await machine.run(["sh", "-c", "cd /root && parbake logs boot.tar.gz"]);
    const archive = join(site.root, "root/boot.tar.gz");
    const names = (await run(["tar", "--list", "-f", archive])).split("\n");
    for (const name of ["README", "files/run/parbake/report.json", "systemd/cat.txt", "config/templates/api.env.hbs"])
      assert.ok(names.includes(`parbake-logs/${name}`), name);
    const all = await run(["tar", "--extract", "--to-stdout", "-f", archive]);
    assert.ok(!all.includes(password));
    assert.match(all, /parbake-ready@nginx\.service/);
    assert.match(all, /Started nginx\.service|nginx\.service - /);
    const journal = await run(["tar", "--extract", "--to-stdout", "-f", archive, "parbake-logs/journal/parbake.txt"]);
    assert.match(journal, /parbake\[\d+\]: /);
  });

  it("logs of another user: what that one may read, and the rest by name", async () => {
    const asked = ["runuser", "-u", "www-data", "--", "parbake", "logs", "/tmp/other.tar.gz", "--json"];
    const { files, missing } = JSON.parse(await machine.run(asked)) as {
      readonly files: readonly { readonly name: string }[];
      readonly missing: readonly { readonly what: string }[];
    };
    assert.ok(files.some(({ name }) => name === "files/run/parbake/report.json"));
    assert.equal(await machine.run(["stat", "-c", "%a %U", "/tmp/other.tar.gz"]), "600 www-data");
    assert.ok(missing.length > 0);
  });

  it("status --wait: ends with the run that systemd has begun, and at once where there is none", async () => {
    const before = JSON.parse(await machine.run(["parbake", "status", "--json"])).lastRun.runId;
    await machine.run(["systemctl", "restart", "--no-block", "parbake.service"]);
    const waited = JSON.parse(await machine.run(["parbake", "status", "--wait", "--json"]));
    assert.notEqual(waited.lastRun.runId, before);
    assert.deepEqual([waited.inSync, waited.running], [true, null]);
    const first = JSON.parse(await machine.run(["parbake", "analyze", "--boot", "--json"])).run.runId;
    assert.equal(first, before);
    await machine.run(["parbake", "status", "--wait", "--deadline", "5s"]);
  });
});

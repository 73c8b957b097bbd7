import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootWithSecrets } from "../e2e/support/boot-with-secrets.ts";
import { rotateSecret } from "../e2e/support/cloud.ts";
import { run } from "../e2e/support/command.ts";
import { bakeImage } from "../e2e/support/image.ts";
import type { Machine } from "../e2e/support/machine.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "../e2e/support/site.ts";
import { Canary } from "./support/canary.ts";

const DEBUG = "[Service]\nExecStart=\nExecStart=/usr/bin/parbake apply --log-level debug\n";
const ECHOES = 'validate: [ /bin/sh, -c, "cat {}; cat {} >\\&2; exit 1" ]';

describeWhere(SITE_REQUIREMENTS, "the journal of a booted machine, at the level that says most", function () {
  this.timeout(120_000);
  const canary = new Canary();
  const planted = new Canary();
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, async (root) => {
      await bakeImage(root);
      const folder = join(root, "etc/systemd/system/parbake.service.d");
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "90-debug.conf"), DEBUG);
    });
    machine = await bootWithSecrets(site, { "prod/db": `{"password":${JSON.stringify(canary.text)}, oops` });
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("tells of a boot whose secret is no JSON, and of the runs that follow", async () => {
    assert.equal(await machine.show("parbake.service", "ActiveState"), "failed");
    await rotateSecret(site.namespace, "prod/db", JSON.stringify({ password: canary.text }));
    await machine.run(["systemctl", "start", "parbake.service"]);
    await machine.run(["sed", "-i", `s|- template: api.env.hbs|&\\n    ${ECHOES}|`, "/etc/parbake/parbake.yaml"]);
    await rotateSecret(site.namespace, "prod/db", JSON.stringify({ password: `${canary.text}2` }));
    assert.notEqual((await machine.attempt(["systemctl", "reload", "parbake.service"])).status, 0);
    const said = await machine.run(["journalctl", "--unit=parbake.service", "--no-pager", "--output=cat"]);
    for (const reason of [/is not JSON/, /swapped in/, /its output is withheld/]) assert.match(said, reason);
  });

  it("has no trace of the value, and neither has the console", async () => {
    await machine.run(["sh", "-c", 'printf %s "$0" | systemd-cat', planted.text]);
    await machine.run(["journalctl", "--sync"]);
    const journal = await machine.run(["journalctl", "--boot", "--output=json", "--all", "--no-pager"]);
    assert.notEqual(planted.findInText(journal).length, 0, "what was planted is not found");
    assert.deepEqual(canary.findInText(journal), []);
    assert.deepEqual(canary.findInText(machine.console()), []);
  });

  it("has none on the disk either, when it is switched off", async () => {
    await machine.powerOff();
    const folder = join(site.root, "var/log/journal");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".journal"),
    );
    const raw = files.map((name) => readFileSync(join(folder, name)));
    assert.ok(
      raw.some((bytes) => planted.findInDisk(bytes).length > 0),
      "what was planted is not found",
    );
    assert.deepEqual(
      raw.flatMap((bytes) => canary.findInDisk(bytes)),
      [],
    );
    // Long fields are compressed in there.
    const fields = await run(["journalctl", `--directory=${folder}`, "--output=export", "--all"]);
    assert.notEqual(planted.findInText(fields).length, 0, "what was planted is not found");
    assert.deepEqual(canary.findInText(fields), []);
  });
});

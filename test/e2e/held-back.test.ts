import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecret, startImds, startSecretsManager } from "./support/cloud.ts";
import { waitUntil } from "./support/command.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

/** Their files need no secret. */
const FREE = ["nginx.service", "postgresql@15-main.service"];
/** The config does not name it: it waits for the whole. */
const HELD = ["whole.service"];

describeWhere(SITE_REQUIREMENTS, "a boot whose secret is missing, and whose IMDS is late", function () {
  this.timeout(240_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this);
    await startSecretsManager(site.namespace, site.tools);
    const imds = sleep(3000).then(() => startImds(site.namespace, site.tools, site.folder));
    imds.catch(() => {}); // Told by the await below; until then the machine is to be had, so that it can be switched off.
    machine = await bootMachine(site.root, site.namespace);
    await imds;
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("comes to its end all the same, degraded by parbake.service and what it holds back alone", async () => {
    const failed = await machine.run(["systemctl", "--failed", "--no-legend", "--plain"]);
    const units = failed.split("\n").map((line) => line.split(" ")[0]);
    assert.deepEqual(units, [...HELD.map((unit) => `parbake-ready@${unit}`), "parbake.service"].toSorted());
    assert.equal(await machine.show("multi-user.target", "ActiveState"), "active");
  });

  for (const unit of HELD)
    it(`holds ${unit} back, and its journal says because of what`, async () => {
      assert.equal(await machine.show(unit, "ActiveState"), "inactive");
      const journal = await machine.run(["journalctl", `--unit=${unit}`, "--no-pager", "--output=cat"]);
      assert.match(journal, /start failed with result 'dependency'/);
    });

  for (const unit of FREE)
    it(`starts ${unit}, whose file needs no secret`, async () => {
      assert.equal(await machine.show(unit, "ActiveState"), "active");
    });

  it("starts a service that does not need parbake", async () => {
    assert.equal(await machine.show("bystander.service", "SubState"), "running");
  });

  it("names the secret and the fix, in the journal and on the console", async () => {
    const journal = await machine.run(["journalctl", "--unit=parbake.service", "--no-pager", "--output=cat"]);
    for (const said of [journal, machine.console()]) assert.match(said, /prod\/db.*no such secret.*Check the id/);
  });

  it("has written what needs no secret, and nothing of what does", async () => {
    await machine.run(["test", "-e", "/etc/postgresql/15/main/conf.d/90-parbake.conf"]);
    assert.match(await machine.run(["cat", "/etc/nginx/nginx.conf"]), /^worker_processes \d+;$/m);
    assert.equal(await machine.run(["ls", "/run/parbake/secrets"]), "");
  });

  it("tries again, and fails again, as long as the secret is missing", async () => {
    const first = await machine.show("parbake.service", "InvocationID");
    await waitUntil("another try has failed", 60_000, async () => {
      const again = (await machine.show("parbake.service", "InvocationID")) !== first;
      return again && (await machine.show("parbake.service", "ActiveState")) === "failed";
    });
    for (const unit of HELD) assert.equal(await machine.show(unit, "ActiveState"), "inactive");
  });

  it("starts all that was held back, by itself, once the secret is there", async () => {
    await createSecret(site.namespace, "prod/db", JSON.stringify({ password: randomBytes(16).toString("hex") }));
    for (const unit of HELD)
      await waitUntil(`${unit} is up`, 120_000, async () => (await machine.show(unit, "ActiveState")) === "active");
    assert.equal(await machine.run(["systemctl", "is-system-running", "--wait"]), "running");
    assert.equal(await machine.show("parbake-retry.timer", "ActiveState"), "inactive");
  });
});

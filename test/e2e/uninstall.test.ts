import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import { bakeCredentialsImage, UNITS } from "./support/credentials-image.ts";
import type { Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

const HELD = "plain.service";

describeWhere(SITE_REQUIREMENTS, "parbake uninstall on a machine that runs", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;
  let said: string;
  let pids: readonly string[];

  const listPids = () => Promise.all(UNITS.map((unit) => machine.show(unit, "MainPID")));

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, (root) => bakeCredentialsImage(root, "20s"));
    machine = await bootWithSecrets(site, {
      "prod/app": JSON.stringify({ password: "first", token: "second" }),
      "prod/other": "third",
    });
    await machine.run(["systemctl", "enable", "--now", "parbake-refresh.timer"]);
    pids = await listPids();
    said = await machine.run(["parbake", "uninstall"]);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("takes the secrets with the memory that they are in, and says who had them", async () => {
    assert.match(said, /^unmounted \/run\/parbake\/secrets$/m);
    assert.match(said, /^api\.service, worker\.service and legacy\.service had secrets of parbake/m);
    assert.equal((await machine.attempt(["findmnt", "/run/parbake/secrets"])).status, 1);
    assert.equal((await machine.attempt(["test", "-e", "/run/parbake"])).status, 1);
    assert.equal(await machine.run(["ls", "/run/credstore"]), "");
  });

  it("leaves every service running, as the same process", async () => {
    assert.deepEqual(await listPids(), pids);
    assert.equal(await machine.run(["systemctl", "--failed", "--no-legend"]), "");
  });

  it("leaves systemd nothing of parbake's to start, and no unit that waits for it", async () => {
    const units = await machine.run([
      "systemctl",
      "list-units",
      "--all",
      "--no-legend",
      "--plain",
      "parbake*",
      "run-parbake*",
    ]);
    assert.equal(units, "");
    for (const unit of UNITS)
      assert.doesNotMatch(await machine.run(["systemctl", "cat", unit]), /10-parbake|60-parbake/);
    await machine.run(["systemctl", "restart", HELD]);
    assert.equal(await machine.show(HELD, "SubState"), "running");
  });

  it("leaves what is the operator's: config, drop-ins of parbake.service, rendered files", async () => {
    assert.match(said, /^left \/etc\/systemd\/system\/parbake\.service\.d: the operator's own/m);
    assert.match(said, /^left \/etc\/plain\.conf: rendered by parbake; --rendered removes it$/m);
    assert.match(said, /^left \/etc\/parbake: the config; --purge removes it$/m);
    assert.equal(existsSync(join(site.root, "etc/plain.conf")), true);
    for (const folder of ["usr/bin", "usr/lib/systemd/system", "var/lib"])
      assert.deepEqual(
        (await readdir(join(site.root, folder))).filter((name) => name.includes("parbake")),
        [],
        folder,
      );
    assert.match(await readFile(join(site.root, "etc/parbake/parbake.yaml"), "utf8"), /secrets:/);
  });
});

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import { run } from "./support/command.ts";
import { bakeCredentialsImage, UNITS } from "./support/credentials-image.ts";
import type { Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

const ID = "0123456789abcdef0123456789abcdef\n";
const PARBAKE = new URL("../../dist/parbake", import.meta.url).pathname;

const SECRETS = {
  "prod/app": JSON.stringify({ password: "canary-1", token: "canary-2" }),
  "prod/other": "canary-3",
};

describeWhere(SITE_REQUIREMENTS, "the first boot of a sealed image", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, async (root) => {
      await bakeCredentialsImage(root, "20s");
      await writeFile(join(root, "etc/machine-id"), ID);
      await run(["systemctl", `--root=${root}`, "disable", "apt-daily.timer"]);
      // Debian's repositories are no part of this.
      const quiet =
        "seal: { updates: ignore, severity: { ssh-host-key: warn } }\nmaxImageAge: { limit: 30d, then: fail }\n";
      await writeFile(join(root, "etc/parbake/parbake.d/seal.yaml"), quiet);
      await run([PARBAKE, "seal", "--clean", "--root", root, "--family", "credentials"]);
    });
    machine = await bootWithSecrets(site, SECRETS);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("starts every unit with its secret", async () => {
    assert.equal(await machine.run(["systemctl", "--failed", "--no-legend"]), "");
    for (const unit of UNITS) assert.equal(await machine.show(unit, "SubState"), "running", unit);
    assert.equal(await machine.run(["cat", "/run/api/seen"]), "canary-1");
    assert.equal(await machine.run(["cat", "/run/worker/seen"]), "canary-3");
  });

  it("needs no daemon-reload", async () => {
    const journal = await machine.run(["journalctl", "--boot", "_PID=1", "--no-pager", "--output=cat"]);
    assert.doesNotMatch(journal, /^Reloading/m);
  });

  it("has an id of its own, and leaves disabled what the bake has disabled, which a first boot would not", async () => {
    const id = await machine.run(["cat", "/etc/machine-id"]);
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.notEqual(`${id}\n`, ID);
    assert.equal((await machine.attempt(["systemctl", "is-enabled", "apt-daily.timer"])).stdout, "disabled\n");
  });

  it("knows its image, of which nothing has changed: apply found what seal had written as it wants it", async () => {
    const status = JSON.parse(await machine.run(["parbake", "status", "--json"])) as {
      image: { family: string; amiId: string; differences: unknown[] };
    };
    assert.equal(status.image.family, "credentials");
    assert.match(status.image.amiId, /^ami-/);
    assert.deepEqual(status.image.differences, []);
  });
});

describeWhere(SITE_REQUIREMENTS, "a boot of the same image, not sealed", function () {
  this.timeout(120_000);
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, async (root) => {
      await bakeCredentialsImage(root, "20s");
      await writeFile(join(root, "etc/parbake/parbake.d/seal.yaml"), "seal: { updates: ignore }\n");
    });
    machine = await bootWithSecrets(site, SECRETS);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  it("reloads systemd, which is what seal saves", async () => {
    const journal = await machine.run(["journalctl", "--boot", "_PID=1", "--no-pager", "--output=cat"]);
    assert.match(journal, /^Reloading/m);
  });

  it("says nothing of the image", async () => {
    assert.doesNotMatch((await machine.attempt(["parbake", "status"])).stdout, /^image/m);
    assert.match(await machine.run(["cat", "/run/parbake/report.json"]), /"image": null/);
  });

  it("is sealed on the machine itself: its id goes, IMDS names the base image, and all keeps running", async () => {
    const pids = () => Promise.all(UNITS.map((unit) => machine.show(unit, "MainPID")));
    const before = await pids();
    await machine.run(["parbake", "seal", "--clean"]);
    assert.equal(await machine.run(["cat", "/etc/machine-id"]), "");
    assert.match(await machine.run(["cat", "/usr/share/parbake/bake.json"]), /^ "baseImage": "ami-[0-9a-f]+",$/m);
    assert.equal(await machine.run(["systemctl", "--failed", "--no-legend"]), "");
    assert.deepEqual(await pids(), before);
  });
});

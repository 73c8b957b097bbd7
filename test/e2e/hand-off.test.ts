import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { bootWithSecrets } from "./support/boot-with-secrets.ts";
import { rotateSecret } from "./support/cloud.ts";
import { waitUntil } from "./support/command.ts";
import { bakeCredentialsImage, UNITS } from "./support/credentials-image.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

const SECRETS = "/run/parbake/secrets";
const DROP_IN = "/etc/systemd/system/api.service.d/60-parbake-credentials.conf";
const SEEN = { api: "password", store: "token", legacy: "password", worker: "other" } as const;

describeWhere(SITE_REQUIREMENTS, "a boot that hands secrets over to services", function () {
  this.timeout(120_000);
  const first = { password: value(), token: value(), other: value() };
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, (root) => bakeCredentialsImage(root, "20s"));
    machine = await bootWithSecrets(site, {
      "prod/app": JSON.stringify({ password: first.password, token: first.token }),
      "prod/other": first.other,
    });
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  const pids = async (): Promise<Record<string, string>> =>
    Object.fromEntries(await Promise.all(UNITS.map(async (unit) => [unit, await machine.show(unit, "MainPID")])));

  it("ends with every unit up", async () => {
    assert.equal(await machine.run(["systemctl", "--failed", "--no-legend"]), "");
    for (const unit of UNITS) assert.equal(await machine.show(unit, "SubState"), "running", unit);
  });

  for (const [unit, key] of Object.entries(SEEN))
    it(`gives ${unit}.service its secret, in the boot in which its drop-in was written`, async () => {
      assert.equal(await machine.run(["cat", `/run/${unit}/seen`]), first[key]);
    });

  it("leaves the secret to root and to the service: its user cannot read parbake's file", async () => {
    assert.equal(await machine.run(["stat", "-L", "-c", "%a %U", `${SECRETS}/app/password`]), "400 root");
    const { status } = await machine.attempt(["runuser", "-u", "api", "--", "cat", `${SECRETS}/app/password`]);
    assert.equal(status, 1);
  });

  it("puts the drop-in where the next boot finds it, and the links where they end with this one", async () => {
    assert.match(
      await machine.run(["cat", DROP_IN]),
      /^LoadCredential=app\.password:\/run\/parbake\/secrets\/app\/password$/m,
    );
    assert.equal(await machine.run(["readlink", "/run/credstore/app-token"]), `${SECRETS}/app/token`);
    assert.equal(await machine.run(["stat", "-c", "%a %U", "/run/credstore"]), "700 root");
  });

  it("does not start parbake once more to ask whether a unit may start", async () => {
    const asked = "parbake-ready@api.service";
    assert.equal(await machine.show(asked, "Result"), "success");
    assert.ok(Number(await machine.show(asked, "ExecMainExitTimestampMonotonic")) > 0);
    const journal = await machine.run(["journalctl", `--unit=${asked}`, "--no-pager", "--output=cat"]);
    assert.doesNotMatch(journal, /has all that it needs/);
  });

  it("has nothing to do in a second run, and restarts nothing", async () => {
    const before = [await pids(), await machine.run(["stat", "-c", "%i %z", DROP_IN, "/run/credstore/app-token"])];
    await machine.run(["systemctl", "reload", "parbake.service"]);
    assert.deepEqual(
      [await pids(), await machine.run(["stat", "-c", "%i %z", DROP_IN, "/run/credstore/app-token"])],
      before,
    );
  });

  it("lets parbake.service be restarted without any of the services", async () => {
    const before = await pids();
    await machine.run(["systemctl", "restart", "parbake.service"]);
    assert.deepEqual(await pids(), before);
  });

  it("takes over a rotated secret by parbake-refresh.service, and restarts what reads it and nothing else", async () => {
    const before = await pids();
    const password = value();
    await rotateSecret(site.namespace, "prod/app", JSON.stringify({ password, token: first.token }));
    await machine.run(["systemctl", "start", "parbake-refresh.service"]);
    for (const unit of ["api", "legacy"]) {
      await waitUntil(
        `${unit} is back`,
        10_000,
        async () => (await machine.show(`${unit}.service`, "SubState")) === "running",
      );
      await waitUntil(`${unit} has the new one`, 5_000, async () => (await seen(machine, unit)) === password);
    }
    const { "api.service": api, "legacy.service": legacy, ...others } = await pids();
    const { "api.service": oldApi, "legacy.service": oldLegacy, ...oldOthers } = before;
    assert.notEqual(api, oldApi);
    assert.notEqual(legacy, oldLegacy);
    assert.deepEqual(others, oldOthers);
  });

  it("leaves everything as it is where a refresh fails, and says so", async () => {
    const before = [await pids(), await machine.run(["readlink", `${SECRETS}/..data`])];
    await rotateSecret(site.namespace, "prod/app", JSON.stringify({ password: value() }));
    await rotateSecret(site.namespace, "prod/other", value());
    const { status } = await machine.attempt(["systemctl", "start", "parbake-refresh.service"]);
    assert.equal(status, 1);
    assert.deepEqual([await pids(), await machine.run(["readlink", `${SECRETS}/..data`])], before);
    const journal = await machine.run(["journalctl", "--unit=parbake-refresh.service", "--no-pager", "--output=cat"]);
    assert.match(journal, /secret app \(prod\/app.*token/);
  });

  it("starts a service again after that: what it needs is still there", async () => {
    await machine.run(["systemctl", "restart", "worker.service"]);
    await waitUntil("worker has it again", 5_000, async () => (await seen(machine, "worker")) === first.other);
  });

  it("takes over rotated secrets by itself once parbake-refresh.timer is enabled", async () => {
    const [password, other] = [value(), value()];
    await rotateSecret(site.namespace, "prod/app", JSON.stringify({ password, token: first.token }));
    await rotateSecret(site.namespace, "prod/other", other);
    const often =
      "[Timer]\nOnActiveSec=\nOnUnitActiveSec=\nOnActiveSec=1s\nOnUnitActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=1s\n";
    const folder = "/etc/systemd/system/parbake-refresh.timer.d";
    await machine.run(["mkdir", folder]);
    await machine.run(["sh", "-c", 'printf %s "$1" >"$2"', "sh", often, `${folder}/often.conf`]);
    await machine.run(["systemctl", "daemon-reload"]);
    await machine.run(["systemctl", "enable", "--now", "parbake-refresh.timer"]);
    await waitUntil("worker has the new one", 20_000, async () => (await seen(machine, "worker")) === other);
    await waitUntil("api has the new one", 10_000, async () => (await seen(machine, "api")) === password);
    await machine.run(["systemctl", "disable", "--now", "parbake-refresh.timer"]);
  });

  it("has no need of a daemon-reload in the next boot", async () => {
    await machine.powerOff();
    machine = await bootMachine(site.root, site.namespace);
    for (const unit of UNITS) assert.equal(await machine.show(unit, "SubState"), "running", unit);
    const journal = await machine.run(["journalctl", "--boot", "_PID=1", "--no-pager", "--output=cat"]);
    assert.doesNotMatch(journal, /^Reloading/m);
  });

  it("takes a secret away from a service that the config no longer names", async () => {
    await machine.run(["sed", "-i", "s/units: .worker.service., //", "/etc/parbake/parbake.yaml"]);
    await machine.run(["sed", "-i", "s/, credential: app-token//", "/etc/parbake/parbake.yaml"]);
    await machine.run(["systemctl", "reload", "parbake.service"]);
    assert.doesNotMatch(await machine.run(["systemctl", "cat", "worker.service"]), /LoadCredential/);
    assert.match(await machine.run(["systemctl", "cat", "api.service"]), /^LoadCredential=app\.password:/m);
    assert.equal(await machine.show("worker.service", "NeedDaemonReload"), "no");
    assert.equal((await machine.attempt(["test", "-L", "/run/credstore/app-token"])).status, 1);
  });
});

function value(): string {
  return `canary-${randomBytes(12).toString("hex")}`;
}

async function seen(machine: Machine, unit: string): Promise<string> {
  return (await machine.attempt(["cat", `/run/${unit}/seen`])).stdout.trim();
}

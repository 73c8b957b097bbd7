import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSecret, startImds, startSecretsManager } from "./support/cloud.ts";
import { waitUntil } from "./support/command.ts";
import { bakeCredentialsImage, UNITS } from "./support/credentials-image.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { describeWhere } from "./support/requirements.ts";
import { openSite, SITE_REQUIREMENTS, type Site } from "./support/site.ts";

describeWhere(SITE_REQUIREMENTS, "a boot while Secrets Manager is away", function () {
  this.timeout(240_000);
  const password = value();
  let site: Site;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openSite(this, (root) => bakeCredentialsImage(root, "12s"));
    await startImds(site.namespace, site.tools, site.folder);
    machine = await bootMachine(site.root, site.namespace);
  });
  after(async () => {
    await machine?.powerOff();
    await site?.remove();
  });

  const isUp = async (unit: string): Promise<boolean> => (await machine.show(unit, "SubState")) === "running";
  const seen = async (unit: string): Promise<string> =>
    (await machine.attempt(["cat", `/run/${unit}/seen`])).stdout.trim();
  const journalOf = (unit: string): Promise<string> =>
    machine.run(["journalctl", `--unit=${unit}`, "--no-pager", "--output=cat"]);

  it("comes to its end all the same", async () => {
    assert.equal(await machine.show("multi-user.target", "ActiveState"), "active");
    assert.equal(await machine.show("parbake.service", "ActiveState"), "failed");
  });

  it("starts the service that needs a file of parbake's and no secret", async () => {
    assert.equal(await isUp("plain.service"), true);
    assert.match(await machine.run(["cat", "/etc/plain.conf"]), /^size = \d+$/m);
  });

  for (const [unit, what] of [
    ["api.service", "secret app"],
    ["worker.service", "secret other"],
    ["legacy.service", "/run/parbake/secrets/legacy.env"],
  ] as const)
    it(`holds ${unit} back, and says what it needs, in one line`, async () => {
      assert.equal(await machine.show(unit, "ActiveState"), "inactive");
      assert.match(await journalOf(unit), /start failed with result 'dependency'/);
      const said = (await journalOf(`parbake-ready@${unit}`)).split("\n");
      const line = said.find((each) => each.includes(`${unit} waits for `)) ?? "";
      assert.ok(line.includes(`${unit} waits for ${what}: `), said.join("\n"));
      assert.match(
        line,
        /prod\/(app|other) in eu-west-1\): \S+ \(AWS_ENDPOINT_URL\w*\) refuses the connection \(ECONNREFUSED\).*\. Check AWS_ENDPOINT_URL/,
      );
      assert.match(await journalOf("parbake.service"), new RegExp(`^${unit} is held back: it needs ${what}$`, "m"));
    });

  it("holds back, too, what is in no way declared: it waits for the whole", async () => {
    assert.equal(await machine.show("store.service", "ActiveState"), "inactive");
    assert.match(
      await journalOf("parbake-ready@store.service"),
      /store\.service waits for a run of parbake that ends well: secrets app, other: /,
    );
  });

  it("tells the same to whoever asks", async () => {
    const ready = await machine.attempt(["parbake", "ready", "plain.service"]);
    assert.deepEqual(ready, { status: 0, stdout: "plain.service has all that it needs of parbake\n", stderr: "" });
    const held = await machine.attempt(["parbake", "ready", "api.service", "--json"]);
    assert.equal(held.status, 69);
    const { ready: isReady, waitsFor } = JSON.parse(held.stdout) as { ready: boolean; waitsFor: { what: string }[] };
    assert.equal(isReady, false);
    assert.match(waitsFor[0]!.what, /^api\.service waits for secret app: /);
  });

  it("starts what needs a secret that can be had by now, and nothing else of what was held back", async () => {
    const plain = await machine.show("plain.service", "MainPID");
    await startSecretsManager(site.namespace, site.tools);
    await createSecret(site.namespace, "prod/other", password);
    await waitUntil("worker.service is up", 120_000, () => isUp("worker.service"));
    await waitUntil("it has its secret", 5_000, async () => (await seen("worker")) === password);
    for (const unit of ["api.service", "legacy.service", "store.service"])
      assert.equal(await machine.show(unit, "ActiveState"), "inactive", unit);
    assert.equal(await machine.show("plain.service", "MainPID"), plain);
    const isTold = async () => (await journalOf("parbake-ready@api.service")).includes("no such secret");
    await waitUntil("the journal of what is held says why now", 30_000, isTold);
  });

  it("starts the held services by itself once the last secret is there, and touches no service that runs", async () => {
    const before = [await machine.show("plain.service", "MainPID"), await machine.show("worker.service", "MainPID")];
    await createSecret(site.namespace, "prod/app", JSON.stringify({ password, token: password }));
    for (const unit of UNITS) await waitUntil(`${unit} is up`, 120_000, () => isUp(unit));
    for (const unit of ["api", "legacy", "store"])
      await waitUntil(`${unit} has its secret`, 5_000, async () => (await seen(unit)) === password);
    assert.equal(await machine.run(["systemctl", "is-system-running", "--wait"]), "running");
    assert.equal(await machine.show("parbake-retry.timer", "ActiveState"), "inactive");
    assert.deepEqual(
      [await machine.show("plain.service", "MainPID"), await machine.show("worker.service", "MainPID")],
      before,
    );
  });
});

function value(): string {
  return `canary-${randomBytes(12).toString("hex")}`;
}

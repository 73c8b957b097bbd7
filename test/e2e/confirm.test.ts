import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run, waitUntil } from "./support/command.ts";
import { installParbake } from "./support/image.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { createNamespace, type Namespace } from "./support/namespace.ts";
import { describeWhere } from "./support/requirements.ts";
import { openBakedRoot, SITE_REQUIREMENTS, type BakedRoot } from "./support/site.ts";

const configOf = (version: string) => `imds: optional
vars: { version: ${version} }
files:
  - { template: app.conf.hbs, path: /etc/app.conf, format: text, onChange: { restart: app.service } }
  - { template: app.conf.hbs, path: /etc/${version}.conf, format: text }
`;

const FILES: Readonly<Record<string, string>> = {
  "etc/parbake/environment": "AWS_EC2_METADATA_DISABLED=true\n",
  "etc/parbake/parbake.yaml": configOf("old"),
  "etc/parbake/templates/app.conf.hbs": "{{vars.version}}\n",
  "etc/systemd/system/app.service": `[Service]
ExecStartPre=/bin/sh -c "cat /etc/app.conf >>/run/app-read"
ExecStart=/bin/sleep infinity
[Install]
WantedBy=multi-user.target
`,
};

async function bake(root: string): Promise<void> {
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await run(["systemctl", `--root=${root}`, "enable", "app.service"]);
  await installParbake(root, ["app.service"]);
}

describeWhere(SITE_REQUIREMENTS, "a run on a booted machine that somebody has to confirm", function () {
  this.timeout(180_000);
  let baked: BakedRoot;
  let namespace: Namespace;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    baked = await openBakedRoot(this, bake);
    namespace = await createNamespace({ imds: false });
    machine = await bootMachine(baked.root, namespace);
  });
  after(async () => {
    await machine?.powerOff();
    await namespace?.remove();
    await baked?.remove();
  });

  const declare = (version: string) => writeFile(join(baked.root, "etc/parbake/parbake.yaml"), configOf(version));
  /** What is in place, and what the unit read last. */
  const seen = async () => {
    const { stdout } = await machine.attempt([
      "sh",
      "-c",
      'cat /etc/app.conf; ls /etc | grep -xE "(old|new)[.]conf"; tail -n 1 /run/app-read; systemctl is-active app.service',
    ]);
    return stdout.trim().split("\n");
  };
  const OLD = ["old", "old.conf", "old", "active"];
  const NEW = ["new", "new.conf", "new", "active"];
  const isOld = async () => JSON.stringify(await seen()) === JSON.stringify(OLD);
  const parbake = (...words: string[]) => machine.attempt(["/usr/bin/parbake", ...words]);
  const timers = () => machine.run(["systemctl", "list-units", "--all", "--no-legend", "--plain", "parbake-revert.*"]);

  it("boots with what the config says", async () => assert.deepEqual(await seen(), OLD));

  it("is taken back when its time is over, though its session is long gone; until then it is nobody else's", async () => {
    await declare("new");
    const { status, stdout, stderr } = await parbake("apply", "--confirm", "45s");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^until \S+Z: run `parbake confirm` to keep this; else it is taken back/m);
    assert.deepEqual(await seen(), NEW);
    assert.match(await timers(), /^parbake-revert\.timer/m);
    const other = await parbake("apply");
    assert.equal(other.status, 75, other.stderr);
    assert.match(other.stderr, /Confirm it: parbake confirm\. Or take it back: parbake revert\./);
    const told = await parbake("status");
    assert.equal(told.status, 2);
    assert.match(told.stdout, /^not in sync: what the last run did waits for its confirmation until /m);
    await waitUntil("it is taken back", 120_000, isOld);
    assert.equal((await parbake("confirm")).status, 2);
    const after = await parbake("status");
    assert.equal(after.status, 0, after.stdout);
    assert.match(after.stdout, /warned: nobody confirmed what `apply --confirm` did: taken back\./);
    await waitUntil("no timer is left", 10_000, async () => (await timers()) === "");
  });

  it("is left alone by a reload, though the config asks for it, and comes by hand", async () => {
    await machine.run(["systemctl", "reload", "parbake.service"]);
    assert.deepEqual(await seen(), OLD);
    assert.match((await parbake("status")).stdout, /warned: .*left as before, as nobody had confirmed/);
  });

  it("stays where it is confirmed, without a timer", async () => {
    assert.equal((await parbake("apply", "--confirm", "1h")).status, 0);
    const { status, stdout } = await parbake("confirm");
    assert.deepEqual([status, stdout.includes("stays /etc/app.conf\n")], [0, true]);
    assert.deepEqual([await seen(), await timers()], [NEW, ""]);
    assert.equal((await parbake("status")).status, 0);
    assert.equal((await parbake("revert")).status, 2);
  });

  it("is taken back at once by revert", async () => {
    await declare("old");
    assert.equal((await parbake("apply", "--confirm", "1h")).status, 0);
    assert.deepEqual(await seen(), OLD);
    const { status, stderr } = await parbake("revert");
    assert.equal(status, 0, stderr);
    assert.deepEqual([await seen(), await timers()], [NEW, ""]);
    assert.equal((await parbake("apply")).status, 0);
    assert.deepEqual(await seen(), OLD);
  });

  it("is taken back in time where it was killed as soon as its files were there", async () => {
    await declare("new");
    const script = `/usr/bin/parbake apply --confirm 20s & until grep -q new /etc/app.conf; do :; done; kill -9 $!`;
    await machine.run(["sh", "-c", script]);
    assert.equal((await machine.run(["cat", "/etc/app.conf"])).trim(), "new");
    await waitUntil("it is taken back", 120_000, isOld);
  });

  it("is taken back by a reboot, and stays away, though the config asks for it", async () => {
    const { status, stderr } = await parbake("apply", "--confirm", "1h");
    assert.equal(status, 0, stderr);
    assert.deepEqual(await seen(), NEW);
    await machine.powerOff();
    machine = await bootMachine(baked.root, namespace);
    assert.deepEqual(await seen(), OLD);
    assert.equal((await parbake("confirm")).status, 2);
    assert.equal(await machine.show("parbake.service", "Result"), "success");
    assert.equal((await parbake("apply")).status, 0);
    assert.deepEqual(await seen(), NEW);
  });
});

// The .deb on a Debian with systemd: baked in, booted, upgraded under a run, removed, purged.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { attempt, run, waitUntil } from "./support/command.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { createNamespace, type Namespace } from "./support/namespace.ts";
import { makeDeb, repackAs, requireNfpm } from "./support/packages.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";
import { buildRootfs, restoreRootfs } from "./support/rootfs.ts";

/** A run that has begun waits in its validator as long as this file is there. */
const BRAKE = "/run/brake";
/** Of this version, and of one before. */
const HOLD = "Requires=parbake-ready@%N.service\nAfter=parbake-ready@%n.service\n";

const IMAGE: Readonly<Record<string, string>> = {
  "etc/parbake/environment": "AWS_EC2_METADATA_DISABLED=true\n",
  "etc/parbake/parbake.yaml": `imds: optional
vars: { greeting: first }
files:
  - template: greeting.txt.hbs
    path: /etc/greeting.txt
    mode: "0644"
    validate: [/bin/sh, -c, "while test -e ${BRAKE}; do touch ${BRAKE}.felt; sleep 0.1; done"]
`,
  "etc/parbake/templates/greeting.txt.hbs": "{{vars.greeting}}\n",
  // Held: api by parbake's lines alone, web by those beside a person's.
  "etc/systemd/system/api.service": "[Service]\nExecStart=/bin/sleep infinity\n",
  "etc/systemd/system/api.service.d/10-parbake.conf": `# Holds\n\n[Unit]\n${HOLD}`,
  "etc/systemd/system/web.service": "[Service]\nExecStart=/bin/sleep infinity\n",
  "etc/systemd/system/web.service.d/10-parbake.conf": `[Unit]\n${HOLD}\n[Service]\nNice=5\n`,
  "etc/systemd/system/parbake-refresh.service.d/sandbox.conf": "# Made by parbake from its config\n\n[Service]\n",
  "etc/systemd/system/web.service.d/60-parbake-credentials.conf":
    "# Made by parbake: the secrets of web.service\n\n[Service]\n",
};

describeWhere(
  { root: true, debian: true, programs: ["ip", "mmdebstrap", "nsenter", "systemd-nspawn", "zstd", "dpkg-deb"] },
  "the .deb on a Debian",
  function () {
    this.timeout(120_000);
    let folder: string;
    let root: string;
    let namespace: Namespace;
    let machine: Machine;

    before(async function () {
      this.timeout(1_200_000);
      await requireNfpm(this);
      const rootfs = await buildRootfs([]);
      if (rootfs.kind === "unavailable") skipSuite(this, rootfs.reason);
      folder = await mkdtemp(join(tmpdir(), "parbake-deb-"));
      root = join(folder, "root");
      await mkdir(root);
      await restoreRootfs(rootfs.path, root);
      const deb = makeDeb(folder, "1.0.0");
      await run(["mv", await repackAs("0.9.0-1", deb, folder), join(root, "root/old.deb")]);
      await run(["mv", deb, join(root, "root/new.deb")]);
      namespace = await createNamespace({ imds: false });
    });
    after(async () => {
      await machine?.powerOff();
      await namespace?.remove();
      if (folder) await rm(folder, { recursive: true, force: true });
    });

    const inBake = (...argv: string[]): Promise<string> =>
      run(["systemd-nspawn", "--quiet", "--pipe", "--register=no", "--keep-unit", `--directory=${root}`, ...argv]);
    const isEnabled = async (unit: string): Promise<string> =>
      (await attempt(["systemctl", `--root=${root}`, "is-enabled", unit])).stdout.trim();
    const isThere = async (path: string): Promise<boolean> =>
      (await machine.attempt(["test", "-e", path])).status === 0;

    it("is installed in a bake, where it enables parbake.service alone", async () => {
      await inBake("dpkg", "--install", "/root/old.deb");
      assert.equal(await isEnabled("parbake.service"), "enabled");
      assert.equal(await isEnabled("parbake-refresh.timer"), "disabled");
    });

    it("leaves disabled what an administrator has disabled, in an upgrade", async () => {
      await inBake("systemctl", "disable", "parbake.service");
      await inBake("dpkg", "--install", "/root/new.deb");
      assert.equal(await isEnabled("parbake.service"), "disabled");
      await inBake("systemctl", "enable", "parbake.service");
      await inBake("dpkg", "--install", "/root/old.deb");
    });

    it("runs at the boot of the image, where presets are applied to a machine without an id", async () => {
      for (const [name, text] of Object.entries(IMAGE)) {
        await mkdir(dirname(join(root, name)), { recursive: true });
        await writeFile(join(root, name), text);
      }
      await writeFile(join(root, "etc/machine-id"), "uninitialized\n");
      machine = await bootMachine(root, namespace);
      // Of a unit that only a first boot has.
      assert.match(machine.console(), /Finished .*First Boot Wizard/);
      assert.equal(await machine.show("parbake.service", "Result"), "success");
      assert.equal(await machine.run(["cat", "/etc/greeting.txt"]), "first");
      assert.equal(await machine.show("parbake-refresh.timer", "UnitFileState"), "disabled");
      await machine.run(["systemctl", "start", "api.service", "web.service"]);
    });

    it("is upgraded while a run goes on, which ends with the binary that it began with", async () => {
      await machine.run(["touch", BRAKE]);
      await machine.run(["sed", "-i", "s/first/second/", "/etc/parbake/parbake.yaml"]);
      const startedAt = await machine.show("parbake.service", "ExecMainStartTimestampMonotonic");
      await machine.run(["systemctl", "reload", "--no-block", "parbake.service"]);
      await waitUntil("the run is in its validator", 60_000, () => isThere(`${BRAKE}.felt`));
      const runner = await machine.show("parbake.service", "ControlPID");

      await machine.run(["dpkg", "--install", "/root/new.deb"]);
      assert.match(await machine.run(["readlink", `/proc/${runner}/exe`]), / \(deleted\)$/);
      assert.equal(await machine.run(["cat", "/etc/greeting.txt"]), "first");

      await machine.run(["rm", BRAKE]);
      await waitUntil("the run ends", 60_000, async () => !(await isThere(`/proc/${runner}`)));
      assert.equal(await machine.run(["cat", "/etc/greeting.txt"]), "second");
      assert.match(await machine.run(["journalctl", "--unit=parbake.service", "--output=cat"]), /Reloaded/);
      assert.equal(await machine.show("parbake.service", "ActiveState"), "active");
      assert.equal(await machine.show("parbake.service", "ExecMainStartTimestampMonotonic"), startedAt);
      await machine.run(["parbake", "status"]);
      const refresh = "/etc/systemd/system/parbake-refresh.service.d";
      assert.equal(await machine.run(["ls", refresh]), "20-parbake-sandbox.conf");
    });

    it("lets go of the units that waited for it, in a removal, and leaves config, state and secrets", async () => {
      const said = await machine.run(["dpkg", "--remove", "parbake"]);
      assert.match(said, /^parbake: api\.service no longer waits for it$/m);
      assert.equal(await isThere("/etc/systemd/system/api.service.d"), false);
      const kept = await machine.run(["cat", "/etc/systemd/system/web.service.d/10-parbake.conf"]);
      assert.equal(kept, "[Unit]\n\n[Service]\nNice=5");
      assert.equal(await isThere("/etc/systemd/system/web.service.d/60-parbake-credentials.conf"), false);
      assert.equal(await isThere("/etc/systemd/system/parbake-refresh.service.d"), false);
      for (const unit of ["api.service", "web.service"]) {
        assert.equal(await machine.show(unit, "ActiveState"), "active");
        assert.doesNotMatch(await machine.show(unit, "Requires"), /parbake/);
        await machine.run(["systemctl", "restart", unit]);
      }
      for (const path of ["/etc/parbake/parbake.yaml", "/var/lib/parbake/managed.json", "/etc/greeting.txt"])
        assert.ok(await isThere(path), path);
      await machine.run(["mountpoint", "/run/parbake/secrets"]);
      assert.equal(await machine.show("parbake.service", "ActiveState"), "inactive");
      assert.equal(await isThere("/usr/bin/parbake"), false);
    });

    it("takes config, state and secrets in a purge, and leaves nothing of parbake but what it rendered", async () => {
      await machine.run(["dpkg", "--purge", "parbake"]);
      const folders = ["/etc", "/run", "/usr", "/var/lib"];
      const left = await machine.run([
        "find",
        ...folders,
        "-xdev",
        "-name",
        "*parbake*",
        "-not",
        "-path",
        "/run/systemd/*",
      ]);
      assert.equal(left, "/etc/systemd/system/web.service.d/10-parbake.conf");
      assert.equal(await machine.run(["cat", "/etc/greeting.txt"]), "second");
    });

    it("starts nothing when it is installed on a machine in service", async () => {
      await machine.run(["dpkg", "--install", "/root/new.deb"]);
      assert.equal(await machine.show("parbake.service", "ActiveState"), "inactive");
      assert.equal(await machine.show("parbake.service", "UnitFileState"), "enabled");
      assert.equal(await isThere("/run/parbake/report.json"), false);
    });
  },
);

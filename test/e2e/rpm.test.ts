// The .rpm in a root with systemd's programs and none of them running, as in a bake: installed, upgraded, removed. By Debian's rpm,
// which knows nothing of what that root has: hence --nodeps.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, run } from "./support/command.ts";
import { makeSmallPackages, requireNfpm, RPM } from "./support/packages.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";
import { buildRootfs, restoreRootfs } from "./support/rootfs.ts";

describeWhere({ root: true, debian: true, programs: ["mmdebstrap", "rpm", "zstd"] }, "the .rpm", function () {
  this.timeout(120_000);
  let folder: string;
  let root: string;
  const rpm = (...argv: string[]): Promise<string> =>
    run(["rpm", "--root", root, "--dbpath", "/var/lib/rpm", "--nodeps", ...argv]);
  const file = (version: string): string => join(folder, `parbake-${version}-1.${RPM}.rpm`);
  const inRoot = (path: string): string => join(root, path);
  const isEnabled = async (unit: string): Promise<string> =>
    (await attempt(["systemctl", `--root=${root}`, "is-enabled", unit])).stdout.trim();

  before(async function () {
    this.timeout(1_200_000);
    await requireNfpm(this);
    const rootfs = await buildRootfs([]);
    if (rootfs.kind === "unavailable") skipSuite(this, rootfs.reason);
    folder = await mkdtemp(join(tmpdir(), "parbake-rpm-"));
    root = join(folder, "root");
    await mkdir(root);
    await restoreRootfs(rootfs.path, root);
    for (const version of ["1.0.0-rc.1", "1.0.0"]) await makeSmallPackages(folder, version);
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  it("installs a program that runs, root's and nobody else's, and enables parbake.service alone", async () => {
    await rpm("--install", file("1.0.0~rc.1"));
    assert.equal(await run(["chroot", root, "parbake", "--version"]), "parbake 1.0.0-rc.1");
    const { mode, uid, gid } = await stat(inRoot("usr/bin/parbake"));
    assert.deepEqual([mode & 0o7777, uid, gid], [0o755, 0, 0]);
    assert.equal(await isEnabled("parbake.service"), "enabled");
    assert.equal(await isEnabled("parbake-refresh.timer"), "disabled");
    assert.equal(await rpm("--verify", "parbake"), "");
  });

  it("upgrades a pre-release to its release, and leaves disabled what an administrator has disabled", async () => {
    await run(["systemctl", `--root=${root}`, "disable", "parbake.service"]);
    await writeFile(inRoot("etc/parbake/parbake.yaml"), "vars: {}\n");
    await rpm("--upgrade", file("1.0.0"));
    assert.equal(await run(["chroot", root, "parbake", "--version"]), "parbake 1.0.0");
    assert.equal(await isEnabled("parbake.service"), "disabled");
    const back = await attempt([
      "rpm",
      "--root",
      root,
      "--dbpath",
      "/var/lib/rpm",
      "--nodeps",
      "--upgrade",
      file("1.0.0~rc.1"),
    ]);
    assert.match(back.stderr, /is already installed/);
  });

  it("lets go of the units that waited for it, in a removal, and leaves the config", async () => {
    const hold = inRoot("etc/systemd/system/api.service.d/10-parbake.conf");
    await mkdir(join(hold, ".."), { recursive: true });
    await writeFile(hold, await readFile(new URL("../../systemd/hold.conf", import.meta.url)));
    await run(["systemctl", `--root=${root}`, "enable", "parbake.service", "parbake-refresh.timer"]);
    await rpm("--erase", "parbake");
    const left = await run(["find", root, "-name", "*parbake*", "-o", "-path", "*.wants/parbake*"]);
    assert.deepEqual(
      left
        .split("\n")
        .map((path) => path.slice(root.length))
        .toSorted(),
      ["/etc/parbake", "/etc/parbake/parbake.yaml"],
    );
    await assert.rejects(stat(join(hold, "..")), { code: "ENOENT" });
  });
});

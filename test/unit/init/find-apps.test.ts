import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { findApps } from "../../../agent/init/find-apps.ts";
import type { FoundApp } from "../../../agent/init/found.ts";
import { gatherInventory } from "../../../agent/init/gather-inventory.ts";
import type { ImageInventory } from "../../../agent/init/inventory.ts";
import { makeTree } from "../support/small-image.ts";

const MYSQL = { "/usr/lib/systemd/system/mysql.service": "[Service]\nExecStart=/usr/sbin/mysqld\n" };

async function findOne(
  entries: Readonly<Record<string, string>>,
  more: Partial<ImageInventory> = {},
): Promise<FoundApp> {
  const [found] = await findApps({ ...gatherInventory(makeTree(entries).root), ...more });
  assert.ok(found?.kind === "app");
  return found;
}

describe("an app that was found", () => {
  it("has the release of MySQL that its package's name says, without asking the program", async () => {
    const askVersion = () => assert.fail("asked");
    const packaged = { ...MYSQL, "/var/lib/dpkg/info/mysql-server-core-8.0.list": "empty" };
    assert.deepEqual((await findOne(packaged, { askVersion })).options, { version: "8.0" });
  });

  for (const [said, version] of [
    ["/usr/sbin/mysqld  Ver 8.4.3 for Linux on x86_64 (MySQL Community Server - GPL)\n", "8.4"],
    ["/usr/sbin/mysqld  Ver 9.1.0 for Linux on aarch64 (MySQL Community Server - GPL)\n", "9"],
  ] as const)
    it(`has the release of MySQL that the program says where nothing else does: ${version}`, async () => {
      const { options, guesses } = await findOne(MYSQL, { askVersion: async () => said });
      assert.deepEqual([options, guesses], [{ version }, []]);
    });

  it("says of a guess that it is one", async () => {
    const { options, guesses } = await findOne(MYSQL, { askVersion: async () => "no idea" });
    assert.deepEqual([options, guesses.length], [{ version: "8.4" }, 1]);
  });

  it("runs nothing of a mounted image", async () => {
    const { root, write, path } = makeTree(MYSQL);
    write("/usr/sbin/mysqld", `#!/bin/sh\ntouch ${path("/ran")}\necho Ver 8.4.3\n`, 0o755);
    assert.equal(await gatherInventory(root).askVersion("/usr/sbin/mysqld"), null);
    assert.equal(await gatherInventory(`${root}/`).askVersion(path("/usr/sbin/mysqld")), null);
    assert.equal(existsSync(path("/ran")), false);
  });

  it("tells the template where Redis is too old for a setting, by Redis's own file", async () => {
    const unit = { "/usr/lib/systemd/system/redis-server.service": "[Service]\nExecStart=/usr/bin/redis-server\n" };
    const varsWith = async (text: string) => (await findOne({ ...unit, "/etc/redis/redis.conf": text })).vars;
    assert.deepEqual(await varsWith("# maxmemory 1g\n"), { redisBefore7: "true" });
    assert.deepEqual(await varsWith("# maxmemory-clients 1g\n"), {});
    assert.deepEqual((await findOne(unit)).vars, {});
  });

  it("is each of Debian's clusters that has a postgresql.conf; one whose name is not plain in a unit is told", async () => {
    const entries = {
      "/usr/lib/systemd/system/postgresql@.service": "[Service]\nExecStart=-/usr/bin/pg_ctlcluster %i start\n",
      "/etc/postgresql/17/main/postgresql.conf": "empty",
      "/etc/postgresql/17/a b/postgresql.conf": "empty",
      "/etc/postgresql/17/$(reboot)/postgresql.conf": "empty",
      "/etc/postgresql/17/gone": "folder",
      "/etc/postgresql/old/main/postgresql.conf": "empty",
    };
    const found = await findApps(gatherInventory(makeTree(entries).root));
    assert.deepEqual(
      found.map((each) => (each.kind === "app" ? each.unit : each.problem.what)),
      [
        "the cluster /etc/postgresql/17/$(reboot) has a name that init writes no entry for",
        "the cluster /etc/postgresql/17/a b has a name that init writes no entry for",
        "postgresql@17-main.service",
      ],
    );
  });
});

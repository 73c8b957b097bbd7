import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isUnitInImage, listUnits, readServices } from "../../../agent/image/units.ts";
import { makeFolder } from "../../support/folders.ts";
import { makeTree } from "../support/small-image.ts";

const UNIT = "[Service]\nExecStart=/bin/a\n";

function namesIn(entries: Readonly<Record<string, string>>): readonly string[] {
  return [...readServices(makeTree(entries).root).keys()];
}

describe("the units of an image", () => {
  it("are of every kind, each once, masked ones and aliases too", () => {
    const { root } = makeTree({
      "/usr/lib/systemd/system/a.service": UNIT,
      "/etc/systemd/system/a.service": "-> /dev/null",
      "/usr/lib/systemd/system/a.socket": "[Socket]\n",
      "/usr/lib/systemd/system/a.service.d/b.conf": UNIT,
      "/etc/init.d/old": "#!/bin/sh\n",
    });
    assert.deepEqual(listUnits(root).toSorted(), ["a.service", "a.socket", "old.service"]);
  });
});

describe("the services of an image", () => {
  it("are its unit files and init scripts, templates too, and no other kinds of units", () => {
    const names = namesIn({
      "/usr/lib/systemd/system/a.service": UNIT,
      "/etc/systemd/system/b@.service": UNIT,
      "/usr/lib/systemd/system/a.socket": "[Socket]\n",
      "/usr/lib/systemd/system/a.service.wants/c.service": UNIT,
      "/usr/lib/systemd/system/not a unit.service": UNIT,
      "/etc/init.d/cassandra": "#!/bin/sh\n",
      "/etc/init.d/a": "#!/bin/sh\n",
    });
    assert.deepEqual(names.toSorted(), ["a.service", "b@.service", "cassandra.service"]);
  });

  it("are no aliases and no masked units, whichever folder masks them", () => {
    const names = namesIn({
      "/usr/lib/systemd/system/mariadb.service": UNIT,
      "/usr/lib/systemd/system/mysql.service": "-> mariadb.service",
      "/etc/systemd/system/redis.service": "-> /lib/systemd/system/redis-server.service",
      "/usr/lib/systemd/system/old.service": UNIT,
      "/etc/systemd/system/old.service": "-> /dev/null",
      "/usr/lib/systemd/system/empty.service": UNIT,
      "/etc/systemd/system/empty.service": "empty",
    });
    assert.deepEqual(names, ["mariadb.service"]);
  });

  it("are also those that lie elsewhere, by a symlink of their own name", () => {
    const names = namesIn({
      "/etc/systemd/system/api.service": "-> /opt/api/api.service",
      "/opt/api/api.service": UNIT,
    });
    assert.deepEqual(names, ["api.service"]);
  });

  it("have the first folder's text, and their drop-ins behind it", () => {
    const { root } = makeTree({
      "/etc/systemd/system/a.service": "[Service]\nExecStart=/bin/mine\n",
      "/usr/lib/systemd/system/a.service": UNIT,
      "/etc/systemd/system/a.service.d/x.conf": "[Service]\nEnvironmentFile=/etc/a.env\n",
      "/etc/systemd/system/a.service.d/note": "no drop-in",
    });
    assert.deepEqual(readServices(root).get("a.service"), {
      name: "a.service",
      path: "/etc/systemd/system/a.service",
      text: "[Service]\nExecStart=/bin/mine\n\n[Service]\nEnvironmentFile=/etc/a.env\n",
    });
  });

  it("are none where a unit is a FIFO, a folder, far too large, dangling or a loop", () => {
    const { root, path } = makeTree({
      "/etc/systemd/system/folder.service/a": "empty",
      "/etc/systemd/system/dangling.service": "-> /opt/dangling.service",
      "/etc/systemd/system/loop.service": "-> loop.service",
    });
    execFileSync("mkfifo", [path("/etc/systemd/system/fifo.service")]);
    writeFileSync(path("/etc/systemd/system/huge.service"), UNIT);
    truncateSync(path("/etc/systemd/system/huge.service"), 2 ** 40);
    assert.deepEqual([...readServices(root)], []);
  });

  it("never come from outside of the image, whatever its symlinks say", () => {
    const outside = makeFolder("/dev/shm", "test", "test");
    writeFileSync(join(outside, "api.service"), UNIT);
    const { root, path } = makeTree({ "/etc/systemd/keep": "empty", "/usr/lib/keep": "empty" });
    symlinkSync(outside, path("/etc/systemd/system"));
    symlinkSync(`../../../../../../../..${outside}`, path("/usr/lib/systemd"));
    assert.deepEqual([...readServices(root)], []);
    assert.equal(isUnitInImage("api.service", root), false);
  });
});

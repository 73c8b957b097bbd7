import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { makeHeader, writeDatabase } from "../../image/support/rpm-database.ts";
import { pem } from "../../support/planted.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { listFound, searchHere } from "../../support/search-here.ts";

const KEY = pem("RSA PRIVATE");
const MD5 = createHash("md5").update(KEY).digest("hex");
const DEBIAN = "Debian Python Team <team+python@tracker.debian.org>";

function install({ write }: Scratch, name: string, maintainer: string, sums: string, conffiles = ""): void {
  write(
    "var/lib/dpkg/status",
    `Package: ${name}\nStatus: install ok installed\nMaintainer: ${maintainer}\n${conffiles}Architecture: all\n`,
  );
  write(`var/lib/dpkg/info/${name}:amd64.md5sums`, sums);
}

describe("a file of a package", () => {
  it("of the distribution is no credential as long as it is as it was shipped", async () => {
    const image = makeScratch();
    image.write("usr/share/doc/x/key.pem", KEY);
    install(image, "libx", DEBIAN, `${MD5}  usr/share/doc/x/key.pem\n`);
    assert.deepEqual(await searchHere(image.root), []);
    image.write("usr/share/doc/x/key.pem", `${KEY}\n`);
    assert.deepEqual(listFound(await searchHere(image.root)), ["private-key /usr/share/doc/x/key.pem:1"]);
  });

  it("is known by its path before /usr was merged, by its conffile, and by the source of what was compiled", async () => {
    const image = makeScratch();
    for (const file of [
      "usr/lib/x/key.pem",
      "etc/x/key.pem",
      "usr/lib/python3/x/a.py",
      "usr/lib/python3/x/__pycache__/a.cpython-311.pyc",
    ])
      image.write(file, KEY);
    const sums = `${MD5}  lib/x/key.pem\n${MD5}  usr/lib/python3/x/a.py\n`;
    install(image, "libx", DEBIAN, sums, `Conffiles:\n /etc/x/key.pem ${MD5}\n`);
    assert.deepEqual(await searchHere(image.root), []);
  });

  it("of somebody else's package is a credential as any other", async () => {
    for (const maintainer of ["Ann <ann@example.com>", "Ann (debian.org) <ann@notdebian.org>", ""]) {
      const image = makeScratch();
      image.write("opt/app/key.pem", KEY);
      install(image, "app", maintainer, `${MD5}  opt/app/key.pem\n`);
      assert.deepEqual(listFound(await searchHere(image.root)), ["private-key /opt/app/key.pem:1"], maintainer);
    }
  });

  it("of a distribution with rpm is known by the headers of its database, and what is damaged says nothing", async () => {
    const sha256 = createHash("sha256").update(KEY).digest("hex");
    for (const [vendor, found] of [
      ["Amazon Linux", []],
      ["Ann", ["private-key /usr/share/x/key.pem:1"]],
    ] as const) {
      const image = makeScratch();
      image.write("usr/share/x/key.pem", KEY);
      const database = image.path("usr/lib/sysimage/rpm/rpmdb.sqlite");
      writeDatabase(database, [
        Buffer.from("damaged"),
        makeHeader([
          [1011, vendor],
          [1035, "", sha256],
          [1116, 0, 1],
          [1117, "x", "key.pem"],
          [1118, "/usr/share/", "/usr/share/x/"],
          [5011, 8],
        ]),
      ]);
      assert.deepEqual(listFound(await searchHere(image.root)), found, vendor);
      image.write("usr/lib/sysimage/rpm/rpmdb.sqlite", "no database at all");
      assert.deepEqual(listFound(await searchHere(image.root)), ["private-key /usr/share/x/key.pem:1"]);
    }
  });
});

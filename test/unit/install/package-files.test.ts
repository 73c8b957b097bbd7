import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { startDeadline } from "../../../agent/deadline.ts";
import type { CommandResult, RunCommand } from "../../../agent/host/run-command.ts";
import { listPackageFiles, type PackageFiles } from "../../../agent/install/package-files.ts";
import { makeHeader, writeDatabase } from "../image/support/rpm-database.ts";
import { makeImage, type Image } from "./support/image.ts";

const NONE: PackageFiles = { files: new Set(), doubt: null };

describe("the files of a package", () => {
  let image: Image;
  const asked: (readonly string[])[] = [];

  beforeEach(() => {
    image = makeImage();
    asked.splice(0);
  });

  function list(answer: CommandResult | null): Promise<PackageFiles> {
    const run: RunCommand = async (argv) => {
      asked.push(argv);
      return answer ?? assert.fail(`${argv.join(" ")} is run`);
    };
    return listPackageFiles(image.root, run, startDeadline(1_000));
  }

  it("are none, and no program is run, where there is no package manager", async () => {
    assert.deepEqual(await list(null), NONE);
  });

  it("are those of dpkg's list, by their paths of a merged /usr", async () => {
    image.write("var/lib/dpkg/info/parbake.list", "/.\n/usr/bin/parbake\n/lib/systemd/system/parbake.service\n");
    const { files } = await list(null);
    assert.deepEqual(
      [files.has("/usr/bin/parbake"), files.has("/usr/lib/systemd/system/parbake.service")],
      [true, true],
    );
  });

  it("are not read through a link that leads out of the image, nor from what is no file", async () => {
    image.link("var/lib/dpkg/info/parbake.list", "/etc/passwd");
    assert.deepEqual(await list(null), NONE);
    mkdirSync(image.at("etc/passwd"));
    await assert.rejects(list(null), /dpkg's list of parbake's files is a folder, and a plain file was expected/);
  });

  it("are those of rpm's database, without rpm", async () => {
    const header = (name: string, program: string) =>
      makeHeader([
        [1000, name],
        [1001, "1"],
        [1002, "1"],
        [1116, 0, 1],
        [1117, program, `${name}.service`],
        [1118, "/usr/bin/", "/usr/lib/systemd/system/"],
      ]);
    const database = image.at("usr/lib/sysimage/rpm/rpmdb.sqlite");
    writeDatabase(database, [header("nginx", "nginx"), header("parbake", "parbake")]);
    const { files, doubt } = await list(null);
    assert.deepEqual([[...files], doubt], [["/usr/bin/parbake", "/usr/lib/systemd/system/parbake.service"], null]);
    image.write("usr/lib/sysimage/rpm/rpmdb.sqlite", "no database at all");
    assert.equal((await list(null)).doubt?.what, "rpm's database is damaged");
  });

  it("are what rpm of this machine says of a database of its older forms", async () => {
    image.write("usr/lib/sysimage/rpm/Packages.db", "");
    const output = "/usr/bin/parbake\n/usr/lib/systemd/system/parbake.service\n";
    assert.deepEqual([...(await list({ kind: "exited", status: 0, output })).files], output.trim().split("\n"));
    const dbpath = "/usr/lib/sysimage/rpm";
    assert.deepEqual(asked, [["rpm", "--root", image.root, "--dbpath", dbpath, "-ql", "parbake"]]);
    const none = { kind: "exited", status: 1, output: "package parbake is not installed\n" } as const;
    assert.deepEqual(await list(none), NONE);
  });

  it("cannot be told where only rpm could, and that is missing", async () => {
    image.write("var/lib/rpm/Packages", "");
    const { files, doubt } = await list({ kind: "absent" });
    assert.equal(files.size, 0);
    assert.match(doubt?.what ?? "", /cannot be told, for it has rpm's old database: .*there is no such program/);
  });
});

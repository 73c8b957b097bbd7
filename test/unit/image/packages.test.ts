import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listPackages } from "../../../agent/image/packages.ts";
import { readRpmFiles } from "../../../agent/image/rpm-database.ts";
import { describeWhere } from "../../e2e/support/requirements.ts";
import { makeScratch } from "../support/scratch.ts";

describe("listPackages", () => {
  it("gives dpkg's, sorted by name, and those of an image that was made without dpkg", () => {
    const { root, write } = makeScratch();
    const stanza = (name: string) => `Package: ${name}\nVersion: 1\nArchitecture: all\n`;
    write(
      "var/lib/dpkg/status",
      `${stanza("b")}Status: install ok installed\n\n${stanza("c")}Status: purge ok not-installed\n`,
    );
    write("var/lib/dpkg/status.d/a", stanza("a"));
    write("var/lib/dpkg/status.d/a.md5sums", "not a stanza");
    assert.deepEqual(listPackages(root), {
      kind: "deb",
      list: [
        { name: "a", version: "1", arch: "all" },
        { name: "b", version: "1", arch: "all" },
      ],
    });
  });

  it("says that there are no records", () => assert.deepEqual(listPackages(makeScratch().root), { kind: "none" }));

  it("says that it does not read a Berkeley database, and why a damaged one could not be read", () => {
    const { root, write } = makeScratch();
    write("var/lib/rpm/Packages", "x");
    assert.deepEqual(listPackages(root), {
      kind: "unreadable",
      why: "/var/lib/rpm/Packages is a Berkeley database, which parbake does not read",
    });
    write(
      "var/lib/rpm/rpmdb.sqlite",
      "no database at all, but long enough to have a header of SQLite's if it were one",
    );
    assert.deepEqual(listPackages(root), { kind: "unreadable", why: "rpm's database is damaged" });
  });
});

const SPEC = `Name: hello
Version: 1.2
Release: 3.amzn2023
Epoch: 4
Summary: A test
License: MIT
BuildArch: noarch
%description
A test
%install
mkdir -p %{buildroot}/opt/hello && touch %{buildroot}/opt/hello/a
%files
/opt/hello
`;

describeWhere({ programs: ["rpm", "rpmbuild"] }, "a database that rpm wrote", () => {
  let root: string;
  let database: string;

  beforeEach(() => {
    root = makeScratch().root;
    database = join(root, "var/lib/rpm");
    mkdirSync(join(root, "build"));
    writeFileSync(join(root, "build/hello.spec"), SPEC);
    const rpm = (program: string, ...words: string[]) => execFileSync(program, words, { stdio: "pipe" });
    rpm("rpmbuild", "-bb", "--define", `_topdir ${root}/build`, join(root, "build/hello.spec"));
    const define = ["--define", "_db_backend sqlite", "--define", `_dbpath ${database}`];
    mkdirSync(database, { recursive: true });
    rpm(
      "rpm",
      ...define,
      "--justdb",
      "--nodeps",
      "-i",
      join(root, "build/RPMS/noarch/hello-1.2-3.amzn2023.noarch.rpm"),
    );
  });

  it("gives its packages, and leaves nothing beside it", () => {
    const before = readdirSync(database);
    assert.deepEqual(listPackages(root), {
      kind: "rpm",
      list: [{ name: "hello", version: "4:1.2-3.amzn2023", arch: "noarch" }],
    });
    assert.deepEqual(readdirSync(database), before);
  });

  it("gives the files of a package", () => {
    const file = join(database, "rpmdb.sqlite");
    assert.deepEqual(readRpmFiles(file, "hello"), ["/opt/hello", "/opt/hello/a"]);
    assert.deepEqual(readRpmFiles(file, "hell"), []);
  });

  it("does not pass over what a writer has not put into it yet", () => {
    appendFileSync(join(database, "rpmdb.sqlite-wal"), "x");
    assert.deepEqual(listPackages(root), {
      kind: "unreadable",
      why: "rpm's database is open for writing, or was left so",
    });
  });
});

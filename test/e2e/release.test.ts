// What a release has in it, and what the judges of packages say of it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attempt, run } from "./support/command.ts";
import { DEB, makeRelease, makeSmallPackages, requireNfpm, RPM } from "./support/packages.ts";
import { describeWhere } from "./support/requirements.ts";

const TOP = new URL("../../", import.meta.url).pathname;
const { version } = JSON.parse(await readFile(join(TOP, "package.json"), "utf8")) as { version: string };

const IN_BOTH = [
  "etc/parbake",
  "etc/parbake/parbake.d",
  "etc/parbake/templates",
  "usr/bin/parbake",
  "usr/lib/parbake/release-units",
  "usr/lib/systemd/catalog/parbake.catalog",
  "usr/lib/systemd/system-preset/50-parbake.preset",
  "usr/lib/systemd/system/parbake-console.service",
  "usr/lib/systemd/system/parbake-held.service",
  "usr/lib/systemd/system/parbake-over.service",
  "usr/lib/systemd/system/parbake-ready@.service",
  "usr/lib/systemd/system/parbake-refresh.service",
  "usr/lib/systemd/system/parbake-refresh.service.d/10-parbake-run.conf",
  "usr/lib/systemd/system/parbake-refresh.timer",
  "usr/lib/systemd/system/parbake-retry.timer",
  "usr/lib/systemd/system/parbake.service",
  "usr/lib/systemd/system/parbake.service.d/10-parbake-run.conf",
  "usr/lib/systemd/system/run-parbake-secrets.mount",
  "usr/share/bash-completion/completions/parbake",
  "usr/share/doc/parbake/README.md",
  "usr/share/fish/vendor_completions.d/parbake.fish",
  "usr/share/man/man1/parbake.1.gz",
  "usr/share/man/man5/parbake.yaml.5.gz",
  "usr/share/man/man7/parbake-templates.7.gz",
  "usr/share/parbake/parbake.schema.json",
];
const IN_DEB = [
  "usr/share/doc/parbake/NOTICE.gz",
  "usr/share/doc/parbake/changelog.Debian.gz",
  "usr/share/doc/parbake/changelog.gz",
  "usr/share/doc/parbake/copyright",
  "usr/share/lintian/overrides/parbake",
  "usr/share/zsh/vendor-completions/_parbake",
];
const IN_RPM = [
  "usr/lib/parbake",
  "usr/lib/systemd/system/parbake-refresh.service.d",
  "usr/lib/systemd/system/parbake.service.d",
  "usr/share/doc/parbake",
  "usr/share/licenses/parbake",
  "usr/share/parbake",
  "usr/share/doc/parbake/CHANGELOG.md",
  "usr/share/licenses/parbake/LICENSE",
  "usr/share/licenses/parbake/NOTICE",
  "usr/share/zsh/site-functions/_parbake",
];

describeWhere({ programs: ["dpkg-deb", "rpm", "gpg", "git"] }, "a release", function () {
  this.timeout(120_000);
  let folder: string;
  let release: string;
  const inRelease = (name: string): string => join(release, name);
  const deb = (): string => inRelease(`parbake_${version}-1_${DEB}.deb`);
  const rpm = (): string => inRelease(`parbake-${version}-1.${RPM}.rpm`);

  before(async function () {
    this.timeout(1_200_000);
    await requireNfpm(this);
    folder = await mkdtemp(join(tmpdir(), "parbake-release-"));
    release = join(folder, "release");
    const key = await makeKey(folder);
    await makeRelease(release, { PARBAKE_SIGNING_KEY: key, PARBAKE_SIGNING_PASSPHRASE: "open sesame" });
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  it("has both binaries, packages of both for each, their bills of materials, the licences and the sums, and no more", async () => {
    assert.deepEqual((await readdir(release)).toSorted(), [
      "LICENSE",
      "NOTICE",
      "SHA256SUMS",
      "SHA256SUMS.asc",
      `parbake-${version}-1.aarch64.rpm`,
      `parbake-${version}-1.x86_64.rpm`,
      `parbake-${version}-linux-arm64`,
      `parbake-${version}-linux-arm64.cdx.json`,
      `parbake-${version}-linux-x64`,
      `parbake-${version}-linux-x64.cdx.json`,
      `parbake_${version}-1_amd64.deb`,
      `parbake_${version}-1_arm64.deb`,
    ]);
  });

  it("is verified by the commands of CONTRIBUTING.md, and a changed file is not", async () => {
    const keyring = ["gpg", "--homedir", join(folder, "keyring"), "--batch"];
    await run([...keyring, "--verify", "SHA256SUMS.asc", "SHA256SUMS"], { cwd: release });
    await run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], { cwd: release });
    const sums = await readFile(inRelease("SHA256SUMS"), "utf8");
    assert.equal(sums.trim().split("\n").length, (await readdir(release)).length - 2);
    await writeFile(join(folder, "changed"), sums.replace("LICENSE", "LICENCE"));
    const changed = await attempt([...keyring, "--verify", inRelease("SHA256SUMS.asc"), join(folder, "changed")]);
    assert.match(changed.stderr, /BAD signature/);
  });

  it("has .rpms that rpm takes for signed, once it has the key", async () => {
    const root = join(folder, "rpm-root");
    await mkdir(root);
    await run(["rpm", "--root", root, "--initdb"]);
    assert.equal((await attempt(["rpm", "--root", root, "--checksig", rpm()])).status, 1);
    await run(["rpm", "--root", root, "--import", join(folder, "key.pub")]);
    assert.match(await run(["rpm", "--root", root, "--checksig", rpm()]), /digests signatures OK$/);
  });

  it("has bills of materials of the very binaries in it", async () => {
    for (const architecture of ["x64", "arm64"]) {
      const name = `parbake-${version}-linux-${architecture}`;
      const sbom = JSON.parse(await readFile(inRelease(`${name}.cdx.json`), "utf8")) as {
        metadata: { component: { hashes: { content: string }[] } };
      };
      const sha256 = createHash("sha256")
        .update(await readFile(inRelease(name)))
        .digest("hex");
      assert.equal(sbom.metadata.component.hashes[0]?.content, sha256, name);
    }
  });

  it("has in the packages what belongs to parbake, each for its architecture, and nothing else", async () => {
    for (const arch of ["amd64", "arm64"]) {
      const path = inRelease(`parbake_${version}-1_${arch}.deb`);
      assert.deepEqual(await listDeb(path), [...IN_BOTH, ...IN_DEB].toSorted());
      assert.equal(await run(["dpkg-deb", "--field", path, "Architecture"]), arch);
      assert.equal(await run(["dpkg-deb", "--field", path, "Conffiles"]), "");
    }
    for (const arch of ["x86_64", "aarch64"]) {
      const path = inRelease(`parbake-${version}-1.${arch}.rpm`);
      const listed = (await run(["rpm", "--query", "--list", "--package", path])).replaceAll(/^\//gm, "").split("\n");
      assert.deepEqual(listed.toSorted(), [...IN_BOTH, ...IN_RPM].toSorted());
      assert.equal(await run(["rpm", "--query", "--queryformat", "%{ARCH}", "--package", path]), arch);
    }
  });

  it("has nothing in them that others than root could write to, or that is another user's", async () => {
    const rows = (await run(["dpkg-deb", "--contents", deb()])).split("\n");
    assert.ok(rows.length > 10);
    assert.deepEqual(
      rows.filter(
        (row) => !/^[-d]rw[x-]r-[x-]r-[x-] root\/root /.test(row) && !row.startsWith("lrwxrwxrwx root/root "),
      ),
      [],
    );
    const format = "[%{FILEMODES:perms} %{FILEUSERNAME} %{FILEGROUPNAME} %{FILENAMES}\\n]";
    const listed = (await run(["rpm", "--query", "--queryformat", format, "--package", rpm()])).split("\n");
    assert.ok(listed.length > 10);
    assert.deepEqual(
      listed.filter(
        (row) => !/^[-d]rw[x-]r-[x-]r-[x-] root root /.test(row) && !row.startsWith("lrwxrwxrwx root root "),
      ),
      [],
    );
  });

  it("has the binary's bytes in them, executable and root's", async () => {
    const row = (await run(["dpkg-deb", "--contents", deb()]))
      .split("\n")
      .find((line) => line.endsWith("/usr/bin/parbake"));
    assert.match(row!, /^-rwxr-xr-x root\/root /);
    const hash = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --to-stdout ./usr/bin/parbake | sha256sum';
    const packaged = (await run(["sh", "-c", hash, "sh", deb()])).split(" ")[0];
    const binary = await readFile(inRelease(`parbake-${version}-linux-${process.arch}`));
    assert.equal(packaged, createHash("sha256").update(binary).digest("hex"));
  });

  it("has the completions in them that its binary prints", async () => {
    const read = 'dpkg-deb --fsys-tarfile "$1" | tar --extract --to-stdout "./usr/share/$2"';
    for (const [shell, path] of [
      ["bash", "bash-completion/completions/parbake"],
      ["fish", "fish/vendor_completions.d/parbake.fish"],
      ["zsh", "zsh/vendor-completions/_parbake"],
    ] as const) {
      const packaged = await run(["sh", "-c", read, "sh", deb(), path]);
      assert.match(packaged, /parbake completion/);
      assert.equal(packaged, await run([inRelease(`parbake-${version}-linux-${process.arch}`), "completion", shell]));
    }
  });

  it("depends on the libraries that the binaries link, in the versions of their symbols", async () => {
    for (const [binary, arch] of [
      ["x64", "amd64"],
      ["arm64", "arm64"],
    ] as const) {
      const symbols = await run(["readelf", "--version-info", inRelease(`parbake-${version}-linux-${binary}`)]);
      const newest = (name: string): string =>
        maxVersion([...symbols.matchAll(new RegExp(`\\b${name}_([\\d.]+)`, "g"))]);
      // GLIBCXX_3.4.21 is of GCC 5, whose libstdc++6 Debian counts from.
      assert.deepEqual([newest("GLIBC"), newest("GLIBCXX")], ["2.28", "3.4.21"]);
      const depends = await run(["dpkg-deb", "--field", inRelease(`parbake_${version}-1_${arch}.deb`), "Depends"]);
      assert.match(depends, /libc6 \(>= 2\.28\)/);
      assert.match(depends, /libstdc\+\+6 \(>= 5\)/);
    }
    const requires = await run(["rpm", "--query", "--requires", "--package", rpm()]);
    assert.match(requires, /^libc\.so\.6\(GLIBC_2\.28\)\(64bit\)$/m);
    assert.match(requires, /^libstdc\+\+\.so\.6\(GLIBCXX_3\.4\.21\)\(64bit\)$/m);
  });

  describeWhere({ programs: ["lintian"] }, "in lintian's eyes", () => {
    it("has no fault in its .deb but those that overrides has a reason for", async () => {
      const argv = ["lintian", "--allow-root", "--fail-on", "error,warning", deb()];
      const { status, stdout } = await attempt(argv, { timeoutMs: 300_000 });
      assert.deepEqual({ status, stdout }, { status: 0, stdout: "" });
    }).timeout(300_000);
  });

  describeWhere({ programs: ["rpmlint", "setpriv"] }, "in rpmlint's eyes", () => {
    it("has no fault in its .rpm but those that rpmlint.toml has a reason for", async () => {
      // It unpacks the package by its full paths, which as root would install it on this machine.
      const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
      const config = join(folder, "rpmlint.toml");
      await copyFile(join(TOP, "scripts/packaging/rpmlint.toml"), config);
      await chmod(folder, 0o755);
      const argv = [...(process.geteuid!() === 0 ? nobody : []), "rpmlint", "--config", config, rpm()];
      const stdout = await run(argv, { env: { ...process.env, HOME: "/nonexistent" } });
      assert.match(stdout, /1 packages and 0 specfiles checked; 0 errors, 0 warnings/);
    });
  });
});

describeWhere({ programs: ["dpkg", "rpm"] }, "the packages of a version", function () {
  this.timeout(120_000);
  let folder: string;
  const read = (made: string, name: string): Promise<Buffer> => readFile(join(folder, made, name));

  before(async function () {
    this.timeout(1_200_000);
    await requireNfpm(this);
    folder = await mkdtemp(join(tmpdir(), "parbake-packages-"));
  });
  after(() => folder && rm(folder, { recursive: true, force: true }));

  it("are the same bytes when they are made again", async () => {
    for (const made of ["first", "second"]) await makeSmallPackages(join(folder, made), "1.2.3");
    const names = [`parbake_1.2.3-1_${DEB}.deb`, `parbake-1.2.3-1.${RPM}.rpm`];
    for (const name of names) assert.ok((await read("first", name)).equals(await read("second", name)), name);
  });

  it("of a pre-release are older than those of the release, for dpkg and for rpm", async () => {
    await makeSmallPackages(join(folder, "candidate"), "1.2.3-rc.1");
    assert.ok((await readdir(join(folder, "candidate"))).includes(`parbake_1.2.3~rc.1-1_${DEB}.deb`));
    const order = ["1.2.2-1", "1.2.3~rc.1-1", "1.2.3~rc.2-1", "1.2.3-1", "1.10.0-1"];
    for (const [index, newer] of order.slice(1).entries()) {
      await run(["dpkg", "--compare-versions", order[index]!, "lt", newer]);
      const compare = `%{lua:print(rpm.vercmp("${order[index]}", "${newer}"))}`;
      assert.equal(await run(["rpm", "--eval", compare]), "-1", newer);
    }
  });
});

/** A key of its own for this test, behind a passphrase; `key.pub` beside it. @returns the file of the secret key */
async function makeKey(folder: string): Promise<string> {
  const keyring = join(folder, "keyring");
  await mkdir(keyring, { mode: 0o700 });
  const gpg = ["gpg", "--homedir", keyring, "--batch", "--pinentry-mode", "loopback", "--passphrase", "open sesame"];
  await run([...gpg, "--quick-gen-key", "A. Tester <a@example.net>", "rsa2048", "sign", "never"]);
  await run([...gpg, "--armor", "--output", join(folder, "key.sec"), "--export-secret-keys"]);
  await run([...gpg, "--armor", "--output", join(folder, "key.pub"), "--export"]);
  await run(["gpgconf", "--homedir", keyring, "--kill", "all"]);
  return join(folder, "key.sec");
}

/** The files of a .deb, and its folders that have nothing in them. */
async function listDeb(path: string): Promise<string[]> {
  const rows = (await run(["dpkg-deb", "--contents", path])).split("\n").map((row) => row.replace(/^.* \.\//, ""));
  const own = rows.filter((name) => !name.endsWith("/") || name.startsWith("etc/parbake/"));
  return own.map((name) => name.replace(/\/$/, "")).toSorted();
}

function maxVersion(found: readonly RegExpExecArray[]): string {
  const versions = found.map(([, digits]) => digits!);
  return versions.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1)!;
}

// That `seal` finds nothing in images in which nothing is: with the packages that the mission names, as their distributions bring them.

import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cleanImage } from "../../agent/seal/clean/clean-image.ts";
import { makeFolder, removeFolder } from "../support/folders.ts";
import { pem } from "../unit/support/planted.ts";
import { listFound, searchHere } from "../unit/support/search-here.ts";
import { run } from "./support/command.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";
import { buildRootfs, restoreRootfs } from "./support/rootfs.ts";

const SERVICES = [
  "postgresql",
  "nginx",
  "default-jdk-headless",
  "python3",
  "git",
  "openssh-server",
  "cloud-init",
  "isc-dhcp-client",
];

describeWhere({ root: true, programs: ["mmdebstrap", "zstd"] }, "seal, in a Debian", function () {
  this.timeout(900_000);

  /** Removes the image within the test: that takes its time. */
  async function inImage(packages: readonly string[], context: Mocha.Context, work: (root: string) => Promise<void>) {
    const rootfs = await buildRootfs(packages);
    if (rootfs.kind === "unavailable") skipSuite(context, rootfs.reason);
    const root = makeFolder("/tmp", "seal", "test");
    try {
      await restoreRootfs(rootfs.path, root);
      await work(root);
    } finally {
      removeFolder(root);
    }
  }

  it("that is as it comes, finds nothing", async function () {
    await inImage([], this, async (root) => assert.deepEqual(listFound(await searchHere(root)), []));
  });

  it("with PostgreSQL, nginx, a JDK, git, sshd and cloud-init, finds the keys that their packages made, and nothing else", async function () {
    await inImage(SERVICES, this, async (root) => {
      assert.deepEqual(listFound(await searchHere(root)), [
        "snakeoil-key /etc/ssl/private/ssl-cert-snakeoil.key",
        "ssh-host-key /etc/ssh/ssh_host_ecdsa_key",
        "ssh-host-key /etc/ssh/ssh_host_ed25519_key",
        "ssh-host-key /etc/ssh/ssh_host_rsa_key",
      ]);
      const removed = cleanImage(root).filter(({ did, path }) => did === "removed" && path.startsWith("/etc/"));
      assert.equal(removed.length, 6);
      assert.deepEqual(listFound(await searchHere(root)), ["snakeoil-key /etc/ssl/private/ssl-cert-snakeoil.key"]);
    });
  });
});

const SPEC = `Name: examples
Version: 1
Release: 1
Summary: files with keys in them, as a distribution ships them
License: MIT
Vendor: VENDOR
BuildArch: noarch
AutoReqProv: no
%description
x
%files
/usr
`;

describeWhere({ programs: ["rpm", "rpmbuild"] }, "seal, in the layout of Amazon Linux", function () {
  this.timeout(120_000);

  async function install(vendor: string): Promise<string> {
    const [work, root] = [makeFolder("/tmp", "seal-rpm", "test"), makeFolder("/tmp", "seal-root", "test")];
    for (const file of [
      "usr/share/doc/openssl/demo.pem",
      "usr/lib/python3.9/test/keycert.pem",
      "usr/lib64/python3.9/test/ssl_key.pem",
    ]) {
      mkdirSync(dirname(join(work, "tree", file)), { recursive: true });
      writeFileSync(join(work, "tree", file), pem("RSA PRIVATE"));
    }
    writeFileSync(join(work, "x.spec"), SPEC.replace("VENDOR", vendor));
    const define = (name: string, value: string): string[] => ["--define", `${name} ${value}`];
    const own = [...define("_topdir", work), ...define("_rpmdir", work), ...define("__os_install_post", "%{nil}")];
    await run([
      "rpmbuild",
      "-bb",
      "--quiet",
      ...own,
      "--buildroot",
      join(work, "tree"),
      "--noclean",
      ...define("__spec_install_pre", "%{nil}"),
      join(work, "x.spec"),
    ]);
    const place = ["--root", root, "--dbpath", "/usr/lib/sysimage/rpm", ...define("_db_backend", "sqlite")];
    await run(["rpm", ...place, "--initdb"]);
    await run(["rpm", ...place, "-i", "--nodeps", "--noscripts", join(work, "noarch/examples-1-1.noarch.rpm")]);
    return root;
  }

  it("finds nothing in what its packages brought, and whatever was changed since", async () => {
    const root = await install("Amazon Linux");
    assert.deepEqual(listFound(await searchHere(root)), []);
    appendFileSync(join(root, "usr/lib64/python3.9/test/ssl_key.pem"), "\n");
    assert.deepEqual(listFound(await searchHere(root)), ["private-key /usr/lib64/python3.9/test/ssl_key.pem:1"]);
  });

  it("does not believe a package of somebody else's", async () => {
    const root = await install("Example Corporation");
    assert.equal((await searchHere(root)).filter(({ kind }) => kind === "private-key").length, 3);
  });
});

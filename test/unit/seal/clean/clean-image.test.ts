import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { cleanImage } from "../../../../agent/seal/clean/clean-image.ts";
import { makeScratch } from "../../support/scratch.ts";
import { listFound, searchHere } from "../../support/search-here.ts";

const REMOVED = [
  "home/ann/.bash_history",
  "home/ann/.local/share/fish/fish_history",
  "root/.psql_history",
  "run/cloud-init/instance-data.json",
  "run/parbake/report.json",
  "tmp/.hidden",
  "tmp/script_1.sh",
  "var/cache/apt/archives/x_1_amd64.deb",
  "var/crash/x.crash",
  "var/lib/cloud/instances/i-1",
  "var/lib/systemd/coredump/core.x.zst",
  "var/log/app/app.log.1",
  "var/log/journal/0123",
  "var/log/syslog.2.gz",
];
const EMPTIED = ["var/log/app/app.log", "var/log/wtmp"];
/** What a person made, or a service that runs. */
const KEPT = [
  "etc/ssh/ssh_host_rsa_key",
  "home/ann/.ssh/id_rsa",
  "home/ann/history",
  "srv/.bash_history",
  "tmp/systemd-private-1/x",
  "var/lib/cloud/seed/nocloud/user-data",
];

describe("seal --clean", () => {
  it("removes what a bake leaves, empties what a daemon writes to, and keeps what a person made", () => {
    const { root, path, write } = makeScratch();
    for (const file of [...REMOVED, ...EMPTIED, ...KEPT]) write(/(?:i-1|0123)$/.test(file) ? `${file}/x` : file, "x");
    const actions = cleanImage(root);
    const did = (what: string) => actions.filter((action) => action.did === what).map((action) => action.path.slice(1));
    assert.deepEqual(did("removed").toSorted(), REMOVED);
    assert.deepEqual(did("emptied").toSorted(), EMPTIED);
    for (const file of REMOVED) assert.ok(!existsSync(path(file)), file);
    for (const file of EMPTIED) assert.equal(readFileSync(path(file), "utf8"), "", file);
    for (const file of KEPT) assert.equal(readFileSync(path(file), "utf8"), "x", file);
    assert.deepEqual(cleanImage(root), []);
  });

  it("removes host keys only where something makes them anew", () => {
    const { root, path, write } = makeScratch();
    for (const file of ["etc/ssh/ssh_host_rsa_key", "etc/ssh/ssh_host_rsa_key.pub", "usr/bin/cloud-init"])
      write(file, "x");
    cleanImage(root);
    assert.ok(!existsSync(path("etc/ssh/ssh_host_rsa_key")) && !existsSync(path("etc/ssh/ssh_host_rsa_key.pub")));
  });

  it("takes Packer's key out of authorized_keys, and leaves a person's", async () => {
    const { root, path, write } = makeScratch();
    const [packer, ann] = [
      "ssh-rsa AAAA packer_65a1b2c3-0000-1111-2222-333344445555\n",
      "ssh-ed25519 BBBB ann@example\n",
    ];
    write("root/.ssh/authorized_keys", packer);
    write("home/ann/.ssh/authorized_keys", `${packer}${ann}`);
    cleanImage(root);
    assert.ok(!existsSync(path("root/.ssh/authorized_keys")));
    assert.equal(readFileSync(path("home/ann/.ssh/authorized_keys"), "utf8"), ann);
    assert.deepEqual(listFound(await searchHere(root)), ["authorized-keys /home/ann/.ssh/authorized_keys:1"]);
  });

  it("follows no symlink", () => {
    const [image, outside] = [makeScratch(), makeScratch()];
    outside.write("precious", "x");
    outside.write(".bash_history", "x");
    for (const [link, target] of [
      ["tmp", outside.root],
      ["home/eve", outside.root],
      ["var/log/app", outside.root],
      ["root/.bash_history", outside.path("precious")],
    ] as const) {
      mkdirSync(dirname(image.path(link)), { recursive: true });
      symlinkSync(target, image.path(link));
    }
    writeFileSync(image.path("var/log/x.log"), "x");
    assert.deepEqual(
      cleanImage(image.root).map(({ path }) => path),
      ["/root/.bash_history", "/var/log/x.log"],
    );
    assert.equal(readFileSync(outside.path("precious"), "utf8"), "x");
    assert.equal(readFileSync(outside.path(".bash_history"), "utf8"), "x");
  });
});

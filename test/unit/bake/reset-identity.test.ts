import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { resetIdentity, tellIdentity } from "../../../agent/bake/reset-identity.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";

const ID = "0123456789abcdef0123456789abcdef\n";
const refuseToRun = () => assert.fail("no program of this machine has to do with a mounted image");

function machine(): Scratch {
  const scratch = makeScratch();
  for (const [path, text] of [
    ["etc/machine-id", ID],
    ["var/lib/dbus/machine-id", ID],
    ["var/lib/systemd/random-seed", "seed"],
    ["boot/efi/loader/random-seed", "seed"],
    ["var/lib/systemd/credential.secret", "secret"],
    ["var/lib/NetworkManager/secret_key", "key"],
    ["var/lib/NetworkManager/internal-1-eth0.lease", "lease"],
    ["var/lib/dhcp/dhclient.eth0.leases", "lease { }"],
    ["etc/udev/rules.d/70-persistent-net.rules", "rule"],
    ["var/lib/parbake/instance.json", "{}"],
    ["etc/hostid", "1234"],
    ["etc/hostname", "ip-10-0-0-7\n"],
  ] as const)
    scratch.write(path, text);
  return scratch;
}

const FOUND = [
  "/etc/machine-id",
  "/var/lib/dbus/machine-id",
  "/var/lib/systemd/random-seed",
  "/boot/efi/loader/random-seed",
  "/var/lib/systemd/credential.secret",
  "/var/lib/NetworkManager/secret_key",
  "/var/lib/NetworkManager/internal-1-eth0.lease",
  "/var/lib/dhcp/dhclient.eth0.leases",
  "/etc/udev/rules.d/70-persistent-net.rules",
  "/var/lib/parbake/instance.json",
  "/etc/hostid",
  "/etc/hostname",
];

describe("the identity of a machine in an image", () => {
  it("is told, file by file, and what all instances would share is a failure", () => {
    const findings = tellIdentity(machine().root);
    assert.deepEqual(
      findings.map(({ place }) => place?.file),
      FOUND,
    );
    assert.deepEqual(
      [...new Set(findings.filter(({ severity }) => severity === "fail").map(({ kind }) => kind))],
      ["machine-id", "random-seed", "credential-secret", "network-manager-key"],
    );
  });

  it("is gone after it is reset, but for an empty machine-id of the same inode; nothing is found again", async () => {
    const { root, path } = machine();
    const { ino } = statSync(path("etc/machine-id"));
    const actions = await resetIdentity(root, refuseToRun);
    assert.deepEqual(
      actions.map((action) => action.path),
      FOUND,
    );
    assert.equal(readFileSync(path("etc/machine-id"), "utf8"), "");
    assert.equal(statSync(path("etc/machine-id")).ino, ino);
    for (const file of FOUND.slice(1))
      assert.equal(lstatSync(path(file.slice(1)), { throwIfNoEntry: false }), undefined, file);
    assert.deepEqual(tellIdentity(root), []);
  });

  it("is not in a machine-id that the next boot makes, nor in D-Bus' symlink to it", async () => {
    for (const text of ["", "uninitialized\n"]) {
      const { root, path, write } = makeScratch();
      write("etc/machine-id", text);
      mkdirSync(path("var/lib/dbus"), { recursive: true });
      symlinkSync("/etc/machine-id", path("var/lib/dbus/machine-id"));
      assert.deepEqual(tellIdentity(root), []);
    }
    const { root, path, write } = makeScratch();
    write("etc/machine-id", ID);
    mkdirSync(path("var/lib/dbus"), { recursive: true });
    symlinkSync("/etc/machine-id", path("var/lib/dbus/machine-id"));
    await resetIdentity(root, refuseToRun);
    assert.equal(lstatSync(path("var/lib/dbus/machine-id")).isSymbolicLink(), true);
  });

  it("is not in a name that a person gave, nor in an empty lease", () => {
    const { root, write } = makeScratch();
    write("etc/hostname", "web\n");
    write("var/lib/dhcp/dhclient.leases", "");
    assert.deepEqual(tellIdentity(root), []);
  });

  it("stays in the image: a symlink of the image's leads to no folder of this machine", async () => {
    const { root, path } = makeScratch();
    const outside = makeScratch();
    outside.write("random-seed", "seed");
    mkdirSync(path("var/lib"), { recursive: true });
    symlinkSync(outside.root, path("var/lib/systemd"));
    assert.deepEqual(await resetIdentity(root, refuseToRun), []);
    assert.equal(existsSync(outside.path("random-seed")), true);
  });
});

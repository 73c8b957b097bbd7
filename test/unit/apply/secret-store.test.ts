import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { checkSecretsFolder, deviceOf, nameGuarantee, optionsOf } from "../../../agent/apply/secret-store.ts";
import { isMemory, makeRunnable, makeScratch, removeScratches, SECRETS_FOLDER } from "./scratch.ts";

const MOUNTINFO = `23 1 254:1 / / rw,relatime - ext4 /dev/root rw,errors=remount-ro
40 23 0:45 / /run/parbake/secrets rw,nosuid,nodev,noexec shared:9 - tmpfs tmpfs rw,mode=755,noswap
41 23 0:46 / /with\\040blank rw - ramfs ramfs rw,mode=755
`;

describe("checkSecretsFolder", () => {
  afterEach(removeScratches);

  it("accepts a folder on tmpfs and names the guarantee that it gives", () => {
    const storage = checkSecretsFolder(makeRunnable().root, SECRETS_FOLDER);
    assert.deepEqual([storage.folder, storage.fileSystem], ["/run/parbake/secrets", "tmpfs"]);
    assert.match(storage.guarantee, /^(unswappable|no swap on this machine|swappable)$/);
  });

  it("refuses a folder on a disk, with the mount that mends it (where the temporary folder is on a disk)", function () {
    const { root, path } = makeScratch("disk");
    if (isMemory(root)) this.skip();
    mkdirSync(path(SECRETS_FOLDER), { recursive: true, mode: 0o755 });
    assert.throws(() => checkSecretsFolder(root, SECRETS_FOLDER), {
      code: "cannot-write",
      message: new RegExp(`secrets is not on tmpfs or ramfs.*mount -t tmpfs .* ${path(SECRETS_FOLDER)}`),
    });
  });

  it("refuses a folder that is missing, a symlink, or open to other users", () => {
    const { root, path } = makeScratch();
    assert.throws(
      () => checkSecretsFolder(root, "/missing"),
      /the secrets folder .*missing does not exist\. Mount memory there: mount -t tmpfs/,
    );
    mkdirSync(path("real"));
    symlinkSync("real", path("link"));
    assert.throws(() => checkSecretsFolder(root, "/link"), /link is a symlink/);
    chmodSync(path("real"), 0o777);
    assert.throws(() => checkSecretsFolder(root, "/real"), { code: "permission" });
  });
});

describe("nameGuarantee", () => {
  it("says unswappable for ramfs and for tmpfs with noswap, swap or not", () => {
    assert.equal(nameGuarantee("ramfs", ["rw"], true), "unswappable");
    assert.equal(nameGuarantee("tmpfs", ["rw", "noswap"], true), "unswappable");
  });

  it("depends on the machine's swap for a plain tmpfs", () => {
    assert.equal(nameGuarantee("tmpfs", ["rw", "mode=755"], true), "swappable");
    assert.equal(nameGuarantee("tmpfs", ["rw", "mode=755"], false), "no swap on this machine");
  });
});

describe("optionsOf", () => {
  it("finds the super block's options by device number", () => {
    assert.deepEqual(optionsOf(MOUNTINFO, "0:45"), ["rw", "mode=755", "noswap"]);
    assert.deepEqual(optionsOf(MOUNTINFO, "0:46"), ["rw", "mode=755"]);
    assert.deepEqual(optionsOf(MOUNTINFO, "0:47"), []);
  });
});

describe("deviceOf", () => {
  it("splits small and large device numbers as makedev joins them", () => {
    assert.equal(deviceOf(45), "0:45");
    assert.equal(deviceOf(0xfe01), "254:1");
    assert.equal(deviceOf(305135685), "0:74565");
    assert.equal(deviceOf(1114924), "259:300");
  });
});

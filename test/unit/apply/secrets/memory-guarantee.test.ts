import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import {
  acceptStorage,
  checkSecretsFolder,
  findMount,
  nameGuarantee,
} from "../../../../agent/apply/secrets/memory-guarantee.ts";
import type { Guarantee } from "../../../../agent/report/report.ts";
import { isMemory, makeRunnable, makeScratch, SECRETS_FOLDER } from "../../support/scratch.ts";

const MOUNTINFO = `23 1 254:1 / / rw,relatime - ext4 /dev/root rw,errors=remount-ro
40 23 0:45 / /run/parbake/secrets rw,nosuid,nodev,noexec shared:9 - tmpfs tmpfs rw,mode=755,noswap
41 23 0:46 / /with\\040blank rw - ramfs ramfs rw,mode=755
`;

describe("checkSecretsFolder", () => {
  it("accepts a folder on tmpfs and names the guarantee that it gives", () => {
    const storage = checkSecretsFolder(makeRunnable().root, SECRETS_FOLDER, "swappable");
    assert.deepEqual([storage.folder, storage.fileSystem], ["/run/parbake/secrets", "tmpfs"]);
    assert.match(storage.guarantee, /^(unswappable|no swap on this machine|no swap in parbake's cgroup|swappable)$/);
  });

  it("refuses a folder on a disk, with the mount that fixes it (where the temporary folder is on a disk)", function () {
    const { root, path } = makeScratch("disk");
    if (isMemory(root)) this.skip();
    mkdirSync(path(SECRETS_FOLDER), { recursive: true, mode: 0o755 });
    assert.throws(() => checkSecretsFolder(root, SECRETS_FOLDER, "swappable"), {
      code: "cannot-write",
      message: new RegExp(`secrets is not on tmpfs or ramfs.*mount -t ramfs .* ${path(SECRETS_FOLDER)}`),
    });
  });

  it("refuses a folder that is missing, a symlink, or open to other users", () => {
    const { root, path } = makeScratch();
    assert.throws(
      () => checkSecretsFolder(root, "/missing", "swappable"),
      /the secrets folder .*missing does not exist\. Mount memory there: mkdir -p \S+missing && mount -t ramfs -o \S+ ramfs \S+missing/,
    );
    mkdirSync(path("real"));
    symlinkSync("real", path("link"));
    assert.throws(() => checkSecretsFolder(root, "/link", "swappable"), /link is a symlink/);
    chmodSync(path("real"), 0o777);
    assert.throws(() => checkSecretsFolder(root, "/real", "swappable"), { code: "permission" });
  });
});

const SWAP = { onMachine: true, inCgroup: true };

describe("nameGuarantee", () => {
  it("says unswappable for ramfs and for tmpfs with noswap, swap or not", () => {
    assert.equal(nameGuarantee("ramfs", ["rw"], SWAP), "unswappable");
    assert.equal(nameGuarantee("tmpfs", ["rw", "noswap"], SWAP), "unswappable");
  });

  it("depends on the machine's swap, and on what parbake may have of it, for a plain tmpfs", () => {
    const options = ["rw", "mode=755"];
    assert.equal(nameGuarantee("tmpfs", options, SWAP), "swappable");
    assert.equal(nameGuarantee("tmpfs", options, { onMachine: true, inCgroup: false }), "no swap in parbake's cgroup");
    assert.equal(nameGuarantee("tmpfs", options, { onMachine: false, inCgroup: false }), "no swap on this machine");
  });
});

describe("acceptStorage", () => {
  const accept = (guarantee: Guarantee, least: "unswappable" | "no-swap" | "swappable") => {
    const storage = { folder: "/s", fileSystem: "tmpfs", guarantee, missingOptions: [] } as const;
    return acceptStorage("/", "/s", { kind: "memory", storage }, least).guarantee;
  };

  it("takes what is at least as good as the config wants", () => {
    assert.equal(accept("unswappable", "unswappable"), "unswappable");
    assert.equal(accept("no swap on this machine", "no-swap"), "no swap on this machine");
    assert.equal(accept("no swap in parbake's cgroup", "no-swap"), "no swap in parbake's cgroup");
    assert.equal(accept("swappable", "swappable"), "swappable");
  });

  it("refuses what is weaker, and says what it found, what it needs, and how to accept it", () => {
    assert.throws(() => accept("no swap on this machine", "unswappable"), {
      code: "cannot-write",
      message:
        'the secrets folder /s is on a tmpfs that is only "no swap on this machine", and the config wants unswappable. ' +
        "Start its mount: systemctl start run-parbake-secrets.mount, or accept it: `secretsGuarantee: no-swap`",
    });
    assert.throws(() => accept("swappable", "no-swap"), /only "swappable".*accept it: `secretsGuarantee: swappable`/);
  });
});

describe("findMount", () => {
  it("finds a mount's options and its super block's by the mount's id", () => {
    assert.deepEqual(findMount(MOUNTINFO, "40"), {
      mount: ["rw", "nosuid", "nodev", "noexec"],
      superBlock: ["rw", "mode=755", "noswap"],
    });
    assert.deepEqual(findMount(MOUNTINFO, "41").superBlock, ["rw", "mode=755"]);
    assert.deepEqual(findMount(MOUNTINFO, "47"), { mount: [], superBlock: [] });
  });
});

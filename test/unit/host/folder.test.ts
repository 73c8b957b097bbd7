import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, symlinkSync } from "node:fs";
import { errnoOf } from "../../../agent/host/file-error.ts";
import {
  closeFolder,
  inFolder,
  inFolderIfThere,
  isMissingFolder,
  openFolder,
  TRUST_NOBODY_ELSE,
} from "../../../agent/host/folder.ts";
import { placeRefusal, Refusal } from "../../../agent/refusal.ts";
import { IS_ROOT, makeScratch } from "../support/scratch.ts";

function refusalOf(work: () => unknown): Refusal {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

describe("openFolder", () => {
  it("opens a folder that only root and we may write to", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("a/b"), { recursive: true, mode: 0o755 });
    const folder = openFolder(root, "/a/b", TRUST_NOBODY_ELSE);
    assert.equal(folder.shownPath, path("a/b"));
    closeFolder(folder);
  });

  it("refuses a symlink at the end and on the way", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("real/b"), { recursive: true });
    symlinkSync("real", path("link"));
    for (const inRoot of ["/link", "/link/b"]) {
      const refusal = refusalOf(() => openFolder(root, inRoot, TRUST_NOBODY_ELSE));
      assert.equal(refusal.code, "cannot-write");
      assert.equal(refusal.problems[0]!.what, `${path("link")} is a symlink, and a folder was expected`);
    }
  });

  it("keeps the cause of each refusal, and knows a folder that is not there by it", () => {
    const { root, write } = makeScratch();
    write("file", "x");
    const missing = refusalOf(() => openFolder(root, "/none", TRUST_NOBODY_ELSE));
    const noFolder = refusalOf(() => openFolder(root, "/file/x", TRUST_NOBODY_ELSE));
    const noRoot = refusalOf(() => openFolder(`${root}/none`, "/", TRUST_NOBODY_ELSE));
    assert.deepEqual([missing, noFolder, noRoot].map(isMissingFolder), [true, false, false]);
    assert.equal(isMissingFolder(placeRefusal(missing, { at: { file: "x" } })), true);
    assert.deepEqual(
      [noFolder, noRoot].map(({ cause }) => errnoOf(cause)),
      ["ENOTDIR", "ENOENT"],
    );
    assert.equal(errnoOf((missing.cause as Error).cause), "ENOENT");
  });

  it("refuses a path that climbs, whoever wrote it", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("a"));
    for (const inRoot of ["/a/../..", "/..", "/a/./b"])
      assert.match(
        refusalOf(() => openFolder(root, inRoot, TRUST_NOBODY_ELSE)).message,
        /has a part that is '\.' or '\.\.'/,
      );
  });

  it("says who else may replace what lies in it, also by a folder above (as root)", function () {
    if (!IS_ROOT) this.skip();
    const { root, path } = makeScratch();
    mkdirSync(path("theirs/ours"), { recursive: true });
    chownSync(path("theirs"), 4711, 4711);
    const folder = openFolder(root, "/theirs/ours", { uids: [4711], gids: [] });
    assert.equal(folder.exposure, `${path("theirs")} belongs to the user 4711`);
    closeFolder(folder);
    inFolder(root, "/", TRUST_NOBODY_ELSE, ({ exposure }) => assert.equal(exposure, null));
  });

  it("refuses a folder on the way that every user may write to, sticky or not", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("open/b"), { recursive: true });
    for (const mode of [0o777, 0o1777]) {
      chmodSync(path("open"), mode);
      const refusal = refusalOf(() => openFolder(root, "/open/b", TRUST_NOBODY_ELSE));
      assert.equal(refusal.code, "permission");
      assert.match(refusal.message, /the folder .*\/open may be written to by every user/);
    }
  });

  it("refuses another user's folder, but not that of the file's owner (as root)", function () {
    if (!IS_ROOT) this.skip();
    const { root, path } = makeScratch();
    mkdirSync(path("theirs"));
    chownSync(path("theirs"), 4711, 4711);
    const refusal = refusalOf(() => openFolder(root, "/theirs", TRUST_NOBODY_ELSE));
    assert.match(refusal.message, /theirs belongs to the user 4711/);
    closeFolder(openFolder(root, "/theirs", { uids: [4711], gids: [] }));
  });

  it("refuses a folder that a foreign group may write to (as root)", function () {
    if (!IS_ROOT) this.skip();
    const { root, path } = makeScratch();
    mkdirSync(path("shared"));
    chownSync(path("shared"), 0, 4711);
    chmodSync(path("shared"), 0o775);
    const refusal = refusalOf(() => openFolder(root, "/shared", TRUST_NOBODY_ELSE));
    assert.match(refusal.message, /shared may be written to by the group 4711/);
  });

  it("takes a setgid folder, and one that the file's own group may write to, but not for a secret's file (as root)", function () {
    if (!IS_ROOT) this.skip();
    const { root, path } = makeScratch();
    mkdirSync(path("shared"));
    chownSync(path("shared"), 0, 4711);
    chmodSync(path("shared"), 0o2775);
    closeFolder(openFolder(root, "/shared", { uids: [], gids: [4711] }));
    assert.match(refusalOf(() => openFolder(root, "/shared", TRUST_NOBODY_ELSE)).message, /by the group 4711/);
    chmodSync(path("shared"), 0o2755);
    closeFolder(openFolder(root, "/shared", TRUST_NOBODY_ELSE));
  });

  it("judges the root too: one that others may write to is refused", () => {
    const { root } = makeScratch();
    for (const mode of [0o777, 0o1777]) {
      chmodSync(root, mode);
      const refusal = refusalOf(() => openFolder(root, "/", TRUST_NOBODY_ELSE));
      assert.equal(refusal.problems[0]!.what.startsWith(`the folder ${root} may be written to by every user`), true);
    }
  });

  it("refuses a file on the way, and a folder whose name is one of procfs's links", () => {
    const scratch = makeScratch();
    scratch.write("file", "x");
    symlinkSync("/proc/self/cwd", scratch.path("cwd"));
    assert.match(
      refusalOf(() => openFolder(scratch.root, "/file/b", TRUST_NOBODY_ELSE)).message,
      /file is not a folder/,
    );
    assert.match(refusalOf(() => openFolder(scratch.root, "/cwd/b", TRUST_NOBODY_ELSE)).message, /cwd is a symlink/);
  });

  it("judges a declared folder by what it is to be", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("a"));
    const declared = (mode: number) =>
      new Map([[path("a"), { uid: process.geteuid!(), gid: process.getegid!(), mode }]]);
    chmodSync(path("a"), 0o777);
    closeFolder(openFolder(root, "/a", { ...TRUST_NOBODY_ELSE, declared: declared(0o755) }));
    chmodSync(path("a"), 0o755);
    const refusal = refusalOf(() => openFolder(root, "/a", { ...TRUST_NOBODY_ELSE, declared: declared(0o757) }));
    assert.match(refusal.message, /may be written to by every user/);
  });

  it("names the command that makes a missing folder", () => {
    const { root, path } = makeScratch();
    const refusal = refusalOf(() => openFolder(root, "/etc/app/conf.d", TRUST_NOBODY_ELSE));
    assert.equal(refusal.code, "cannot-write");
    assert.equal(
      refusal.message,
      `the folder ${path("etc")} does not exist. Declare it under \`folders:\`, or make it in the image: \`install -d -m 0755 ${path("etc")}\`.`,
    );
  });
});

describe("inFolderIfThere", () => {
  it("works in a folder, is null where there is none, and refuses what is no folder", () => {
    const { root, path, write } = makeScratch();
    write("a/file", "x");
    const nameOf = (place: string) => inFolderIfThere(root, place, TRUST_NOBODY_ELSE, ({ shownPath }) => shownPath);
    assert.equal(nameOf("/a"), path("a"));
    assert.equal(nameOf("/b/c"), null);
    assert.equal(refusalOf(() => nameOf("/a/file")).code, "cannot-write");
  });
});

import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, symlinkSync } from "node:fs";
import { inFolder, TRUST_NOBODY_ELSE } from "../../../agent/host/folder.ts";
import { inMadeFolder, makeFolders, removeFolders } from "../../../agent/host/make-folders.ts";
import { makeScratch } from "../support/scratch.ts";

describe("makeFolders", () => {
  it("makes what is missing with exactly the mode, whatever the umask, and takes it back", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("base/there"), { recursive: true, mode: 0o755 });
    const umask = process.umask(0o077);
    try {
      assert.deepEqual(makeFolders(root, "/base", "/base/there/a/b", 0o711), ["/base/there/a", "/base/there/a/b"]);
    } finally {
      process.umask(umask);
    }
    assert.equal(statSync(path("base/there/a/b")).mode & 0o7777, 0o711);
    removeFolders(root, ["/base/there/a", "/base/there/a/b"]);
    assert.equal(existsSync(path("base/there/a")), false);
    assert.equal(existsSync(path("base/there")), true);
  });
});

describe("inMadeFolder", () => {
  const below = (root: string, path: string) =>
    inFolder(root, "/base", TRUST_NOBODY_ELSE, (base) => inMadeFolder(base, path, 0o711, ({ shownPath }) => shownPath));

  it("works in the last folder, and makes what is missing on the way with exactly the mode", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("base/there"), { recursive: true, mode: 0o755 });
    assert.equal(below(root, "there/a/b"), path("base/there/a/b"));
    assert.equal(statSync(path("base/there/a")).mode & 0o7777, 0o711);
    assert.equal(statSync(path("base/there")).mode & 0o7777, 0o755);
  });

  it("works in the base itself where there is nothing below it", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("base"), { mode: 0o755 });
    assert.equal(below(root, ""), path("base"));
  });

  it("refuses a symlink on the way", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("base/real"), { recursive: true, mode: 0o755 });
    symlinkSync("real", path("base/link"));
    assert.throws(() => below(root, "link/a"), { message: /link is a symlink, and a folder was expected/ });
    assert.equal(existsSync(path("base/real/a")), false);
  });
});

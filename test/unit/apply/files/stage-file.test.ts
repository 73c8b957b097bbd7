import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { commitChange, prepareChange, settleChange, undoChange } from "../../../../agent/apply/change/make-change.ts";
import { removeLeftovers } from "../../../../agent/host/files/temporary.ts";
import { closeFolder, openFolder, TRUST_NOBODY_ELSE } from "../../../../agent/host/folder.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { IS_ROOT, makeScratch, OWN_GID, OWN_UID, type Scratch } from "../../support/scratch.ts";
import { stageHere } from "../../support/stage-here.ts";

function stage({ root }: Scratch, path: string, text: string, mode = 0o644, uid = OWN_UID) {
  const staged = stageHere(root, { path, bytes: Buffer.from(text), uid, gid: OWN_GID, mode }, TRUST_NOBODY_ELSE);
  const changes = staged.change === null ? [] : [staged.change];
  return {
    ...staged,
    prepare: () => changes.forEach((change) => prepareChange(root, change)),
    commit: () => changes.forEach((change) => commitChange(root, change)),
    undo: () => changes.forEach((change) => undoChange(root, change)),
    settle: () => changes.forEach((change) => settleChange(root, change)),
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return `${error.code}: ${error.problems[0]!.what}`;
  }
  return assert.fail("nothing was refused");
}

// Root becomes somebody else for the moment; anybody else is ordinary already.
function asOrdinaryUser<T>(work: () => T): T {
  if (!IS_ROOT) return work();
  process.setegid!(4711);
  process.seteuid!(4711);
  try {
    return work();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
  }
}

function openDescriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("stageFile", () => {
  it("leaves the target as it is until commit, then gives it content and exact mode whatever the umask", () => {
    const scratch = makeScratch();
    scratch.write("a.conf", "old");
    const umask = process.umask(0o077);
    try {
      const staged = stage(scratch, "/a.conf", "new", 0o664);
      assert.equal(readFileSync(scratch.path("a.conf"), "utf8"), "old");
      assert.equal(readFileSync(staged.stagedPath!, "utf8"), "new");
      staged.prepare();
      staged.commit();
      staged.settle();
    } finally {
      process.umask(umask);
    }
    assert.equal(readFileSync(scratch.path("a.conf"), "utf8"), "new");
    assert.equal(statSync(scratch.path("a.conf")).mode & 0o7777, 0o664);
    assert.deepEqual(readdirSync(scratch.root), ["a.conf"]);
  });

  it("touches nothing where content and attributes are right: same inode, mtime, ctime", () => {
    const scratch = makeScratch();
    scratch.write("a.conf", "same", 0o644);
    chmodSync(scratch.path("a.conf"), 0o644);
    const before = statSync(scratch.path("a.conf"), { bigint: true });
    const staged = stage(scratch, "/a.conf", "same");
    assert.equal(staged.difference, "unchanged");
    staged.prepare();
    staged.commit();
    staged.settle();
    const after = statSync(scratch.path("a.conf"), { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs, after.ctimeNs], [before.ino, before.mtimeNs, before.ctimeNs]);
  });

  it("fixes a mode in place, and can take it back", () => {
    const scratch = makeScratch();
    scratch.write("a.conf", "same");
    chmodSync(scratch.path("a.conf"), 0o666);
    const before = statSync(scratch.path("a.conf"), { bigint: true });
    const staged = stage(scratch, "/a.conf", "same", 0o600);
    assert.equal(staged.difference, "attributes");
    staged.prepare();
    staged.commit();
    const fixed = statSync(scratch.path("a.conf"), { bigint: true });
    assert.deepEqual([fixed.ino, fixed.mtimeNs, Number(fixed.mode) & 0o7777], [before.ino, before.mtimeNs, 0o600]);
    staged.undo();
    assert.equal(statSync(scratch.path("a.conf")).mode & 0o7777, 0o666);
  });

  it("puts the very old file back on undo: inode, bytes, times", () => {
    const scratch = makeScratch();
    scratch.write("a.conf", "old", 0o640);
    const before = statSync(scratch.path("a.conf"), { bigint: true });
    const staged = stage(scratch, "/a.conf", "new");
    staged.prepare();
    staged.commit();
    assert.equal(readFileSync(scratch.path("a.conf"), "utf8"), "new");
    staged.undo();
    const after = statSync(scratch.path("a.conf"), { bigint: true });
    assert.deepEqual([after.ino, after.mtimeNs, after.mode], [before.ino, before.mtimeNs, before.mode]);
    assert.equal(readFileSync(scratch.path("a.conf"), "utf8"), "old");
    assert.deepEqual(readdirSync(scratch.root), ["a.conf"]);
  });

  it("removes a created file on undo", () => {
    const scratch = makeScratch();
    const staged = stage(scratch, "/a.conf", "new");
    assert.equal(staged.difference, "create");
    staged.prepare();
    staged.commit();
    staged.undo();
    assert.deepEqual(readdirSync(scratch.root), []);
  });

  it("leaves nothing behind when it is undone before commit, and no descriptor open", () => {
    const scratch = makeScratch();
    scratch.write("a.conf", "old");
    const before = openDescriptors();
    stage(scratch, "/a.conf", "new").undo();
    stage(scratch, "/a.conf", "old", 0o600).undo();
    stage(scratch, "/b.conf", "new").undo();
    assert.match(
      codeOf(() => stage(scratch, "/missing/b.conf", "new")),
      /^cannot-write: the folder .*\/missing does not exist$/,
    );
    assert.deepEqual(readdirSync(scratch.root), ["a.conf"]);
    assert.equal(openDescriptors(), before);
  });

  it("does not write through a hard link", () => {
    const scratch = makeScratch();
    scratch.write("a.conf", "old");
    linkSync(scratch.path("a.conf"), scratch.path("other"));
    const staged = stage(scratch, "/a.conf", "new");
    staged.prepare();
    staged.commit();
    staged.settle();
    assert.equal(readFileSync(scratch.path("other"), "utf8"), "old");
  });

  it("takes a file name as long as the file system allows", () => {
    const scratch = makeScratch();
    const name = "ü".repeat(127);
    const staged = stage(scratch, `/${name}`, "new");
    staged.prepare();
    staged.commit();
    staged.settle();
    assert.deepEqual(readdirSync(scratch.root), [name]);
  });

  it("refuses a symlink, a folder and a FIFO as the target, and leaves them", () => {
    const scratch = makeScratch();
    scratch.write("real", "old");
    symlinkSync("real", scratch.path("link"));
    mkdirSync(scratch.path("folder"));
    execFileSync("mkfifo", [scratch.path("fifo")]);
    assert.equal(
      codeOf(() => stage(scratch, "/link", "new")),
      `cannot-write: ${scratch.path("link")} is a symlink to real`,
    );
    assert.match(
      codeOf(() => stage(scratch, "/folder", "new")),
      /^cannot-write: .*\/folder is a folder, and parbake writes files only$/,
    );
    assert.match(
      codeOf(() => stage(scratch, "/fifo", "new")),
      /^cannot-write: .*\/fifo is not a regular file/,
    );
    assert.equal(lstatSync(scratch.path("link")).isSymbolicLink(), true);
    assert.equal(readFileSync(scratch.path("real"), "utf8"), "old");
  });

  it("refuses another user as the owner when it is not root, and leaves nothing", () => {
    const scratch = makeScratch();
    mkdirSync(scratch.path("own"));
    if (IS_ROOT) chownSync(scratch.path("own"), 4711, 4711);
    chmodSync(scratch.root, 0o755);
    const refusal = asOrdinaryUser(() => codeOf(() => stage(scratch, "/own/a", "new", 0o644, 12)));
    assert.match(refusal, /^permission: .*\/own\/a may not be changed: another user's, or immutable$/);
    assert.deepEqual(readdirSync(scratch.path("own")), []);
  });

  it("refuses an immutable file before anything is swapped (as root, on a file system with attributes)", function () {
    const scratch = makeScratch("disk");
    scratch.write("a.conf", "old");
    try {
      execFileSync("chattr", ["+i", scratch.path("a.conf")], { stdio: "ignore" });
    } catch {
      this.skip();
    }
    try {
      const staged = stage(scratch, "/a.conf", "new");
      assert.match(
        codeOf(() => staged.prepare()),
        /^permission: .*another user's, or immutable/,
      );
      staged.undo();
      assert.deepEqual(readdirSync(scratch.root), ["a.conf"]);
    } finally {
      execFileSync("chattr", ["-i", scratch.path("a.conf")]);
    }
  });
});

describe("removeLeftovers", () => {
  it("removes what a killed run left, and nothing that only looks like it", () => {
    const scratch = makeScratch();
    const kept = [".a.conf.parbake-tmp.0123", ".a.conf.swp", "a.conf", "a.parbake-tmp.0123456789abcdef"];
    for (const name of [...kept, ".a.conf.parbake-tmp.0123456789abcdef"]) writeFileSync(scratch.path(name), "x");
    const folder = openFolder(scratch.root, "/", TRUST_NOBODY_ELSE);
    removeLeftovers(folder);
    closeFolder(folder);
    assert.deepEqual(readdirSync(scratch.root).toSorted(), kept);
  });
});

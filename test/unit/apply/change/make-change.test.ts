import assert from "node:assert/strict";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { commitChange, prepareChange, settleChange, undoChange } from "../../../../agent/apply/change/make-change.ts";
import { stageRemoval } from "../../../../agent/apply/files/stage-file.ts";
import { identityOf } from "../../../../agent/host/files/identity.ts";
import { removeLeftovers } from "../../../../agent/host/files/temporary.ts";
import { inFolder, TRUST_NOBODY_ELSE } from "../../../../agent/host/folder.ts";
import { makeScratch, OWN_GID, OWN_UID, type Scratch } from "../../support/scratch.ts";
import { stageHere } from "../../support/stage-here.ts";

function stage({ root }: Scratch, text = "new") {
  const wanted = { path: "/a", bytes: Buffer.from(text), uid: OWN_UID, gid: OWN_GID, mode: 0o644 };
  return stageHere(root, wanted, TRUST_NOBODY_ELSE).change!;
}

function look({ path }: Scratch): string {
  const { ino, mtimeNs, mode } = statSync(path("a"), { bigint: true });
  return `${ino} ${mtimeNs} ${mode} ${readFileSync(path("a"), "utf8")}`;
}

describe("undoChange", () => {
  it("brings the very old file back from every step, and changes nothing when it is done once more", () => {
    for (const steps of [0, 1, 2]) {
      const scratch = makeScratch();
      scratch.write("a", "old");
      const before = look(scratch);
      const change = stage(scratch);
      for (const step of [prepareChange, commitChange].slice(0, steps)) step(scratch.root, change);
      undoChange(scratch.root, change);
      undoChange(scratch.root, change);
      assert.equal(look(scratch), before, `after ${steps} steps`);
      assert.deepEqual(readdirSync(scratch.root), ["a"]);
    }
  });

  it("brings a removed file back from every step", () => {
    for (const steps of [0, 1, 2]) {
      const scratch = makeScratch();
      scratch.write("a", "old");
      const before = look(scratch);
      const change = stageRemoval("/a", TRUST_NOBODY_ELSE, identityOf(statSync(scratch.path("a"), { bigint: true })));
      for (const step of [prepareChange, commitChange].slice(0, steps)) step(scratch.root, change);
      undoChange(scratch.root, change);
      assert.equal(look(scratch), before, `after ${steps} steps`);
      assert.deepEqual(readdirSync(scratch.root), ["a"]);
    }
  });

  it("leaves a file that somebody else put there meanwhile", () => {
    for (const old of ["old", null]) {
      const scratch = makeScratch();
      if (old !== null) scratch.write("a", old);
      const change = stage(scratch);
      prepareChange(scratch.root, change);
      commitChange(scratch.root, change);
      writeFileSync(scratch.path("b"), "by hand");
      renameSync(scratch.path("b"), scratch.path("a"));
      undoChange(scratch.root, change);
      assert.equal(readFileSync(scratch.path("a"), "utf8"), "by hand");
      assert.deepEqual(readdirSync(scratch.root), ["a"]);
    }
  });

  it("says where somebody took away what was kept of the old file", () => {
    const scratch = makeScratch();
    scratch.write("a", "old");
    const change = stage(scratch);
    assert.ok(change.kind === "update");
    prepareChange(scratch.root, change);
    assert.equal(undoChange(scratch.root, change), true);
    const again = stage(scratch);
    assert.ok(again.kind === "update");
    for (const step of [prepareChange, commitChange]) step(scratch.root, again);
    // A link is not put back either.
    rmSync(scratch.path(again.oldName));
    symlinkSync("/etc/shadow", scratch.path(again.oldName));
    assert.equal(undoChange(scratch.root, again), false);
    assert.equal(readFileSync(scratch.path("a"), "utf8"), "new");
  });

  it("leaves owner and mode of a file that is not the inspected one, and of one that has got a second name", () => {
    for (const meddle of ["replace", "link", "write"]) {
      const scratch = makeScratch();
      scratch.write("a", "new", 0o600);
      const change = stage(scratch);
      assert.equal(change.kind, "attributes");
      prepareChange(scratch.root, change);
      if (meddle === "link") linkSync(scratch.path("a"), scratch.path("second"));
      else scratch.write(meddle === "write" ? "a" : "b", "secret", 0o600);
      if (meddle === "replace") renameSync(scratch.path("b"), scratch.path("a"));
      assert.throws(() => commitChange(scratch.root, change), /a changed after parbake inspected it/);
      undoChange(scratch.root, change);
      assert.equal(statSync(scratch.path("a")).mode & 0o7777, 0o600, meddle);
    }
  });

  it("does nothing where the folder is gone, as the secrets folder is after a reboot", () => {
    const scratch = makeScratch();
    scratch.write("sub/a", "old");
    const wanted = { path: "/sub/a", bytes: Buffer.from("new"), uid: OWN_UID, gid: OWN_GID, mode: 0o644 };
    const change = stageHere(scratch.root, wanted, TRUST_NOBODY_ELSE).change!;
    rmSync(scratch.path("sub"), { recursive: true });
    undoChange(scratch.root, change);
    settleChange(scratch.root, change);
    assert.deepEqual(readdirSync(scratch.root), []);
  });
});

describe("prepareChange", () => {
  it("refuses a file that was edited, replaced, removed or created since it was inspected", () => {
    for (const [old, meddle] of [
      ["old", (path: string) => writeFileSync(path, "by hand")],
      ["old", (path: string) => renameSync(`${path}-other`, path)],
      ["old", (path: string) => rmSync(path)],
      [null, (path: string) => writeFileSync(path, "by hand")],
      [null, (path: string) => mkdirSync(path)],
    ] as const) {
      const scratch = makeScratch();
      if (old !== null) scratch.write("a", old);
      scratch.write("a-other", "other");
      const change = stage(scratch);
      meddle(scratch.path("a"));
      assert.throws(() => prepareChange(scratch.root, change), /a changed after parbake inspected it/);
      undoChange(scratch.root, change);
      assert.equal(
        readdirSync(scratch.root).some((name) => name.includes("parbake-tmp")),
        false,
      );
    }
  });

  it("is not stopped by a folder that has the name of a temporary file", () => {
    const scratch = makeScratch();
    const name = ".a.parbake-tmp.0123456789abcdef";
    mkdirSync(scratch.path(name));
    inFolder(scratch.root, "/", TRUST_NOBODY_ELSE, removeLeftovers);
    assert.deepEqual(readdirSync(scratch.root), [name]);
  });
});

describe("settleChange", () => {
  it("leaves the new file alone, and nothing else", () => {
    const scratch = makeScratch();
    scratch.write("a", "old");
    const change = stage(scratch);
    for (const step of [prepareChange, commitChange, settleChange, settleChange]) step(scratch.root, change);
    assert.equal(readFileSync(scratch.path("a"), "utf8"), "new");
    assert.deepEqual(readdirSync(scratch.root), ["a"]);
  });
});

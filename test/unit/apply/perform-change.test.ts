import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { TRUST_NOBODY_ELSE } from "../../../agent/apply/folder.ts";
import { commitChange, prepareChange, settleChange, undoChange } from "../../../agent/apply/perform-change.ts";
import { identityOf } from "../../../agent/host/identity.ts";
import { stageFile, stageRemoval } from "../../../agent/apply/stage-file.ts";
import { makeScratch, OWN_GID, OWN_UID, removeScratches, type Scratch } from "./scratch.ts";

function stage({ root }: Scratch, text = "new") {
  const wanted = { path: "/a", bytes: Buffer.from(text), uid: OWN_UID, gid: OWN_GID, mode: 0o644 };
  return stageFile(root, wanted, TRUST_NOBODY_ELSE).change!;
}

function look({ path }: Scratch): string {
  const { ino, mtimeNs, mode } = statSync(path("a"), { bigint: true });
  return `${ino} ${mtimeNs} ${mode} ${readFileSync(path("a"), "utf8")}`;
}

describe("undoChange", () => {
  afterEach(removeScratches);

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

  it("has nothing to do where the folder is gone, as that of the secrets is after a reboot", () => {
    const scratch = makeScratch();
    scratch.write("sub/a", "old");
    const wanted = { path: "/sub/a", bytes: Buffer.from("new"), uid: OWN_UID, gid: OWN_GID, mode: 0o644 };
    const change = stageFile(scratch.root, wanted, TRUST_NOBODY_ELSE).change!;
    rmSync(scratch.path("sub"), { recursive: true });
    undoChange(scratch.root, change);
    settleChange(scratch.root, change);
    assert.deepEqual(readdirSync(scratch.root), []);
  });
});

describe("settleChange", () => {
  afterEach(removeScratches);

  it("leaves the new file alone, and nothing else", () => {
    const scratch = makeScratch();
    scratch.write("a", "old");
    const change = stage(scratch);
    for (const step of [prepareChange, commitChange, settleChange, settleChange]) step(scratch.root, change);
    assert.equal(readFileSync(scratch.path("a"), "utf8"), "new");
    assert.deepEqual(readdirSync(scratch.root), ["a"]);
  });
});

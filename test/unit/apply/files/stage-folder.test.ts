import assert from "node:assert/strict";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { applyPlan } from "../../../../agent/apply/apply-plan.ts";
import { settleChange, undoChange } from "../../../../agent/apply/change/make-change.ts";
import { stageFolder } from "../../../../agent/apply/files/stage-folder.ts";
import { TRUST_NOBODY_ELSE } from "../../../../agent/host/folder.ts";
import type { FolderStep } from "../../../../agent/plan/plan.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import {
  fileStep,
  IS_ROOT,
  makeRunnable,
  makeScratch,
  optionsFor,
  OWN_GID,
  OWN_UID,
  planOf,
} from "../../support/scratch.ts";

const OWN = { uid: OWN_UID, gid: OWN_GID };

function folderStep(path: string, mode = 0o755, owner = String(OWN_UID), group = String(OWN_GID)): FolderStep {
  return { kind: "folder", path, owner, group, mode };
}

function modeOf(path: string): string {
  return (statSync(path).mode & 0o7777).toString(8);
}

async function problemsOf(work: Promise<unknown>): Promise<string[]> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error.problems.map(({ what }) => what);
  }
  return assert.fail("nothing was refused");
}

describe("stageFolder", () => {
  it("makes a folder with exactly the mode, whatever the umask and a setgid parent, and takes it back", () => {
    const { root, path } = makeScratch();
    chmodSync(root, 0o2755);
    const umask = process.umask(0o077);
    try {
      const staged = stageFolder(root, { path: "/a", ...OWN, mode: 0o775 }, TRUST_NOBODY_ELSE);
      assert.equal(staged.difference, "create");
      assert.equal(modeOf(path("a")), "775");
      undoChange(root, staged.change!);
    } finally {
      process.umask(umask);
    }
    assert.equal(existsSync(path("a")), false);
  });

  it("gives a folder the setgid and sticky bits that are declared", () => {
    const { root, path } = makeScratch();
    for (const mode of [0o2750, 0o1777]) {
      stageFolder(root, { path: `/${mode}`, ...OWN, mode }, TRUST_NOBODY_ELSE);
      assert.equal(statSync(path(String(mode))).mode & 0o7777, mode);
    }
  });

  it("gives it to its owner (as root)", function () {
    if (!IS_ROOT) this.skip();
    const { root, path } = makeScratch();
    stageFolder(root, { path: "/a", uid: 4711, gid: 4712, mode: 0o750 }, TRUST_NOBODY_ELSE);
    const { uid, gid } = statSync(path("a"));
    assert.deepEqual([uid, gid, modeOf(path("a"))], [4711, 4712, "750"]);
  });

  it("fixes owner and mode of one that is there, and can take that back; touches nothing where they are right", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("a"));
    chmodSync(path("a"), 0o777);
    const staged = stageFolder(root, { path: "/a", ...OWN, mode: 0o750 }, TRUST_NOBODY_ELSE);
    assert.deepEqual([staged.difference, modeOf(path("a"))], ["attributes", "750"]);
    undoChange(root, staged.change!);
    assert.equal(modeOf(path("a")), "777");
    const before = statSync(path("a"), { bigint: true }).ctimeNs;
    const same = stageFolder(root, { path: "/a", ...OWN, mode: 0o777 }, TRUST_NOBODY_ELSE);
    assert.deepEqual([same.difference, same.change], ["unchanged", null]);
    assert.equal(statSync(path("a"), { bigint: true }).ctimeNs, before);
  });

  it("leaves a folder that somebody uses by now, and one that is not the one it made", () => {
    const scratch = makeScratch();
    const staged = stageFolder(scratch.root, { path: "/a", ...OWN, mode: 0o755 }, TRUST_NOBODY_ELSE);
    scratch.write("a/theirs", "x");
    undoChange(scratch.root, staged.change!);
    settleChange(scratch.root, staged.change!);
    assert.deepEqual(readdirSync(scratch.path("a")), ["theirs"]);
  });
});

describe("applyPlan with folders", () => {
  it("makes parents first, then the files in them; a second run changes nothing", async () => {
    const scratch = makeRunnable();
    const plan = planOf(folderStep("/srv"), folderStep("/srv/app", 0o750), fileStep("/srv/app/a.conf", "x"));
    const report = await applyPlan(plan, optionsFor(scratch.root));
    assert.deepEqual(report.folders, [
      { path: "/srv", change: "create" },
      { path: "/srv/app", change: "create" },
    ]);
    assert.equal(modeOf(scratch.path("srv/app")), "750");
    const again = await applyPlan(plan, optionsFor(scratch.root));
    assert.equal(again.changed, false);
    assert.deepEqual(
      again.folders.map(({ change }) => change),
      ["unchanged", "unchanged"],
    );
  });

  it("fixes a folder that others may write to before anything lies in it", async () => {
    const scratch = makeRunnable();
    mkdirSync(scratch.path("srv"));
    chmodSync(scratch.path("srv"), 0o777);
    await applyPlan(planOf(folderStep("/srv"), fileStep("/srv/a", "x")), optionsFor(scratch.root));
    assert.equal(modeOf(scratch.path("srv")), "755");
  });

  it("removes new folders and restores changed ones where the run fails", async () => {
    const scratch = makeRunnable();
    mkdirSync(scratch.path("srv"));
    chmodSync(scratch.path("srv"), 0o700);
    scratch.write("etc/a/x", "in the way");
    const plan = planOf(
      folderStep("/srv"),
      folderStep("/srv/new"),
      fileStep("/srv/new/a", "x"),
      fileStep("/etc/a", "x"),
    );
    assert.deepEqual(await problemsOf(applyPlan(plan, optionsFor(scratch.root))), [
      `${scratch.path("etc/a")} is a folder, and parbake writes files only`,
    ]);
    assert.deepEqual([modeOf(scratch.path("srv")), readdirSync(scratch.path("srv"))], ["700", []]);
  });

  it("refuses a symlink or a file at its path, and a declared mode that lets others replace its files", async () => {
    const scratch = makeRunnable();
    mkdirSync(scratch.path("real"));
    symlinkSync("real", scratch.path("link"));
    scratch.write("file", "x");
    const plan = planOf(
      folderStep("/link"),
      folderStep("/file"),
      folderStep("/open", 0o1777),
      fileStep("/open/a", "x"),
    );
    mkdirSync(scratch.path("open"));
    assert.deepEqual(await problemsOf(applyPlan(plan, optionsFor(scratch.root))), [
      `${scratch.path("link")} is declared as a folder, and is a symlink`,
      `${scratch.path("file")} is declared as a folder, and is not a folder`,
      `the folder ${scratch.path("open")} may be written to by every user, who could replace what parbake writes`,
    ]);
    assert.ok(lstatSync(scratch.path("link")).isSymbolicLink());
  });

  it("makes no folder that is not declared, and says how to declare it", async () => {
    const scratch = makeRunnable();
    const refusal = applyPlan(
      planOf(folderStep("/srv/app/conf"), fileStep("/srv/app/conf/a", "x")),
      optionsFor(scratch.root),
    );
    await assert.rejects(
      refusal,
      /the folder .*\/srv does not exist\. Declare it under `folders:`, or make it in the image/,
    );
    assert.equal(existsSync(scratch.path("srv")), false);
  });

  it("never removes a folder that is no longer declared", async () => {
    const scratch = makeRunnable();
    await applyPlan(planOf(folderStep("/srv"), fileStep("/etc/a", "x")), optionsFor(scratch.root));
    await applyPlan(planOf(fileStep("/etc/a", "x")), optionsFor(scratch.root));
    assert.ok(existsSync(scratch.path("srv")));
  });

  it("puts a file of another owner into that owner's folder (as root)", async function () {
    if (!IS_ROOT) this.skip();
    const scratch = makeRunnable();
    const plan = planOf(
      folderStep("/srv", 0o755, "4711", "4711"),
      fileStep("/srv/a", "x", { owner: "4711", group: "4711" }),
    );
    await applyPlan(plan, optionsFor(scratch.root));
    chownSync(scratch.path("srv"), 0, 0);
    const report = await applyPlan(plan, optionsFor(scratch.root));
    assert.deepEqual(report.folders, [{ path: "/srv", change: "attributes" }]);
    assert.equal(statSync(scratch.path("srv")).uid, 4711);
  });
});

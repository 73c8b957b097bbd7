import assert from "node:assert/strict";
import { chmodSync, closeSync, fstatSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { applyPlan } from "../../../../agent/apply/apply-plan.ts";
import { AttributeKeeper, copyByCp, type CopyAttributes } from "../../../../agent/host/files/extended-attributes.ts";
import { findIdentity } from "../../../../agent/host/files/read-current.ts";
import { closeFolder, openFolder, TRUST_NOBODY_ELSE } from "../../../../agent/host/folder.ts";
import { makeRunnable, makeScratch, fileStep, optionsFor, OWN_GID, OWN_UID, planOf } from "../../support/scratch.ts";
import { accessList, readXattrs, setXattr } from "../../support/xattrs.ts";

const ACL = "system.posix_acl_access";

function attributes(mode: number) {
  return { uid: OWN_UID, gid: OWN_GID, mode };
}

/** Keeps the attributes of /old for /new in a folder of the test's own, with a copier that is watched. */
function keep(copy: CopyAttributes, fromMode: number, toMode: number) {
  const scratch = makeScratch("disk");
  scratch.write("old", "old", fromMode);
  chmodSync(scratch.path("old"), fromMode);
  writeFileSync(scratch.path("new"), "", { mode: 0o600 });
  const folder = openFolder(scratch.root, "/", TRUST_NOBODY_ELSE);
  const fd = openSync(scratch.path("new"), "r+");
  const modes: string[] = [];
  const keeper = new AttributeKeeper(() => (from, to) => {
    const outcome = copy(from, to);
    const name = fstatSync(to).ino === fstatSync(fd).ino ? "new" : "stand-in";
    modes.push(`${name} ${(fstatSync(to).mode & 0o7777).toString(8)}`);
    return outcome;
  });
  return {
    scratch,
    keeper,
    modes,
    run: () => {
      const identity = findIdentity(folder, "old")!;
      keeper.keep(folder, "old", { attributes: attributes(fromMode), identity }, fd, attributes(toMode));
      closeSync(fd);
      closeFolder(folder);
    },
  };
}

describe("AttributeKeeper", () => {
  it("carries user attributes and an ACL over (on a file system that has them)", function () {
    const { scratch, keeper, run } = keep(copyByCp(false), 0o640, 0o640);
    if (!setXattr(scratch.path("old"), "user.origin", Buffer.from("ops"))) this.skip();
    if (!setXattr(scratch.path("old"), ACL, accessList(4711, 4))) this.skip();
    run();
    assert.deepEqual(readXattrs(scratch.path("new")), readXattrs(scratch.path("old")));
    assert.equal(readXattrs(scratch.path("new"))["user.origin"], Buffer.from("ops").toString("hex"));
    assert.deepEqual(keeper.warnings, []);
    assert.equal(readFileSync(scratch.path("new"), "utf8"), "");
  });

  it("never opens the new file wider than the new mode, not for the moment of the copy", function () {
    const { scratch, modes, run } = keep(copyByCp(false), 0o644, 0o600);
    if (!setXattr(scratch.path("old"), "user.origin", Buffer.from("ops"))) this.skip();
    run();
    assert.deepEqual(modes, ["stand-in 644", "new 600"]);
    assert.deepEqual(Object.keys(readXattrs(scratch.path("new"))), ["user.origin"]);
    assert.deepEqual(readdirSync(scratch.root).toSorted(), ["new", "old"]);
  });

  it("gives an ACL no more than the new mode's group bits", function () {
    const { scratch, run } = keep(copyByCp(false), 0o640, 0o600);
    if (!setXattr(scratch.path("old"), ACL, accessList(4711, 4))) this.skip();
    run();
    assert.equal(readXattrs(scratch.path("new"))[ACL], accessList(4711, 0).toString("hex"));
  });

  it("says once that there is no GNU cp, and goes on", () => {
    const { keeper, run } = keep(() => ({ kind: "no-gnu-cp" }), 0o644, 0o644);
    run();
    const again = keep(() => ({ kind: "no-gnu-cp" }), 0o644, 0o600);
    again.run();
    assert.deepEqual(
      keeper.warnings.map(({ what }) => what),
      ["extended attributes, ACLs and labels of replaced files are not kept: there is no GNU cp"],
    );
    assert.deepEqual(readdirSync(again.scratch.root).toSorted(), ["new", "old"]);
  });

  it("names the file whose attributes could not all be kept", () => {
    const { keeper, run, scratch } = keep(() => ({ kind: "failed", why: "cp: setting attribute" }), 0o644, 0o644);
    run();
    assert.deepEqual(
      keeper.warnings.map(({ what }) => what),
      [`${scratch.path("old")}: not all of its extended attributes could be kept: cp: setting attribute`],
    );
  });

  it("asks cp for the label only where SELinux is on (no SELinux here: cp itself says so)", function () {
    const { keeper, run } = keep(copyByCp(true), 0o644, 0o644);
    run();
    const [warning] = keeper.warnings;
    if (warning === undefined) this.skip();
    assert.match(warning.what, /cannot preserve security context without an SELinux-enabled kernel/);
  });
});

describe("applyPlan and extended attributes", () => {
  it("keeps those of a file that it replaces: adopted, its own, and its own with one set since", async function () {
    const scratch = makeRunnable();
    const [path, plan] = [scratch.path("etc/a"), (text: string) => planOf(fileStep("/etc/a", text))];
    scratch.write("etc/a", "theirs");
    if (!setXattr(path, "user.origin", Buffer.from("ops"))) this.skip();
    await applyPlan(plan("1"), optionsFor(scratch.root));
    await applyPlan(plan("2"), optionsFor(scratch.root));
    assert.deepEqual(Object.keys(readXattrs(path)), ["user.origin"]);
    assert.ok(setXattr(path, "user.later", Buffer.from("x")));
    await applyPlan(plan("3"), optionsFor(scratch.root));
    assert.deepEqual(Object.keys(readXattrs(path)), ["user.later", "user.origin"]);
    assert.equal(readFileSync(path, "utf8"), "3");
  });

  it("starts no process for a file that parbake made and that is unchanged since", async () => {
    const scratch = makeRunnable();
    const plan = (text: string) => planOf(fileStep("/etc/a", text));
    await applyPlan(plan("1"), optionsFor(scratch.root));
    const made = statSync(scratch.path("etc/a"), { bigint: true }).ctimeNs;
    const record = JSON.parse(readFileSync(scratch.path("var/lib/parbake/managed.json"), "utf8"));
    assert.equal(record.files[0].plainSinceNs, String(made));
    await applyPlan(plan("2"), optionsFor(scratch.root));
    const remade = statSync(scratch.path("etc/a"), { bigint: true }).ctimeNs;
    const again = JSON.parse(readFileSync(scratch.path("var/lib/parbake/managed.json"), "utf8"));
    // Once copied from, a file counts as one that may have attributes: it would be null.
    assert.equal(again.files[0].plainSinceNs, String(remade));
  });
});

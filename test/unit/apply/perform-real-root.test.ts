import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { IS_ROOT } from "./scratch.ts";

const SCRIPT = new URL("real-root.ts", import.meta.url).pathname;

function inNamespace(...argv: string[]) {
  return spawnSync("unshare", ["--mount", "--propagation=private", ...argv], { encoding: "utf8" });
}

function play(scenario: string): any {
  const { status, stdout, stderr } = inNamespace(process.execPath, SCRIPT, scenario);
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

describe("applyPlan on the root itself (as root, in a mount namespace of its own)", () => {
  before(function () {
    if (!IS_ROOT || inNamespace("mount", "-t", "tmpfs", "tmpfs", "/mnt").status !== 0) this.skip();
  });

  it("runs the validator on the staged file, and changes nothing where one refuses", () => {
    const { good, bad, files } = play("validators");
    assert.deepEqual(good, { result: "done", files: ["create passed"], units: [] });
    assert.equal(bad.refused, "data");
    assert.match(bad.problems[0], /^\/mnt\/a\.sh is refused by its validator `\/bin\/sh -n \{\}`: exit status 2: /);
    assert.deepEqual(files, { "a.json": "old", "a.sh": "echo ok\n" });
  });

  it("reloads a unit of two files once, owes it when that fails, and pays in the next run", () => {
    const { first, owed, second, third, systemctl, state } = play("units");
    assert.equal(first.refused, "unavailable");
    assert.deepEqual(owed, { schema: 1, units: [{ unit: "nginx.service", action: "reload" }] });
    assert.deepEqual(second, {
      result: "done",
      files: ["unchanged null", "unchanged null"],
      units: [{ unit: "nginx.service", action: "reload", outcome: "done" }],
    });
    assert.deepEqual(third, { result: "done", files: ["unchanged null", "unchanged null"], units: [] });
    const show = "systemctl show --property=LoadState,ActiveState nginx.service";
    assert.deepEqual(systemctl, [show, "systemctl reload nginx.service", show, "systemctl reload nginx.service"]);
    assert.deepEqual(state, ["lock", "report.json"]);
  });

  it("says that there is no systemd where there is none", () => {
    const { result, units } = play("noSystemd");
    assert.equal(result, "done");
    assert.deepEqual(units, [{ action: "reload", unit: "nginx.service", outcome: "no systemd here" }]);
  });

  it("leaves all as it was when the file system is full", () => {
    const { refusal, files } = play("full");
    assert.deepEqual(refusal, {
      refused: "cannot-write",
      problems: ["/mnt/big does not fit: the file system has no space or no inode left"],
    });
    assert.deepEqual(files, { a: "old" });
  });

  it("leaves all as it was when there is no inode left for the second file", () => {
    const { refusal, files } = play("outOfInodes");
    assert.equal(refusal.refused, "cannot-write");
    assert.match(refusal.problems[0], /no inode left$/);
    assert.deepEqual(files, { a: "old", b: "old" });
  });

  it("refuses a read-only file system", () => {
    assert.deepEqual(play("readOnly"), { refused: "cannot-write", problems: ["/mnt/a is on a read-only file system"] });
  });

  it("refuses a file that is a mount point of its own, before any file is swapped", () => {
    const { refusal, files } = play("bindMounted");
    assert.deepEqual(refusal, {
      refused: "cannot-write",
      problems: ["/mnt/b is a mount point of its own (a bind-mounted file) and cannot be replaced"],
    });
    assert.deepEqual(files, { a: "old", b: "old", source: "old" });
  });
});

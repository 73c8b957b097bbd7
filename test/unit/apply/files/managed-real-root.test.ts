import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { IS_ROOT } from "../../support/scratch.ts";

const SCRIPT = new URL("../../support/real-root.ts", import.meta.url).pathname;

function inNamespace(...argv: string[]) {
  return spawnSync("unshare", ["--mount", "--propagation=private", ...argv], { encoding: "utf8" });
}

describe("managed files on the root itself (as root, in a mount namespace of its own)", () => {
  before(function () {
    if (!IS_ROOT || inNamespace("mount", "-t", "tmpfs", "tmpfs", "/mnt").status !== 0) this.skip();
  });

  it("a removal tells the file's units; where one does not like it, file, folder and record are as they were", () => {
    const { status, stdout, stderr } = inNamespace(process.execPath, SCRIPT, "managed");
    assert.equal(status, 0, stderr);
    const { first, same, second, ran, files } = JSON.parse(stdout);
    assert.equal(first.refused, "system");
    assert.equal(same, true);
    assert.deepEqual(second.files, ["update null", "create null", "remove null"]);
    assert.deepEqual(ran.slice(-2).toSorted(), [
      "systemctl reload -- nginx.service",
      "systemctl try-restart -- postgresql.service",
    ]);
    assert.deepEqual(files, { stays: "2" });
  });
});

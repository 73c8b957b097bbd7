import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { measureFileSystems } from "../../../../agent/facts/hardware/file-systems.ts";

/** As coreutils say it. */
function sizeOf(folder: string): number {
  return Number(execFileSync("df", ["--output=size", "--block-size=1", folder], { encoding: "utf8" }).split("\n")[1]);
}

describe("the file systems of folders", () => {
  it("are as large as df says", () => {
    for (const folder of ["/", "/dev/shm"])
      assert.deepEqual(measureFileSystems([folder]), [{ folder, sizeBytes: sizeOf(folder) }]);
  });
  it("are those of the nearest folder that is there", () => {
    const folder = "/dev/shm/no/such/folder";
    assert.deepEqual(measureFileSystems([folder]), [{ folder, sizeBytes: sizeOf("/dev/shm") }]);
  });
  it("are null where they have no size, or the path does not exist", () =>
    assert.deepEqual(measureFileSystems(["/proc", "/dev/null/data"]), []));
  it("takes no bug of ours for a file system without a size", () =>
    assert.throws(() => measureFileSystems(["/data\0"]), { code: "ERR_INVALID_ARG_VALUE" }));
});

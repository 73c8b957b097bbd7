import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { IS_ROOT, makeScratch } from "../support/scratch.ts";

const SCRIPT = new URL("../support/seal-mounted.ts", import.meta.url).pathname;

function inNamespace(...argv: string[]) {
  return spawnSync("unshare", ["--mount", "--propagation=private", ...argv], { encoding: "utf8" });
}

describe("what is mounted in an image (as root, in a mount namespace of its own)", () => {
  before(function () {
    if (!IS_ROOT || inNamespace("mount", "-t", "tmpfs", "tmpfs", "/mnt").status !== 0) this.skip();
  });

  it("is neither removed, emptied nor read, with the same device as the image too", () => {
    const [image, outside] = [makeScratch(), makeScratch()];
    const theirs = ["precious", "log.1", "machine-id"];
    for (const name of theirs) outside.write(name, "0123456789abcdef0123456789abcdef\n");
    for (const file of ["tmp/build/own", "tmp/other", "var/log/app/x.log", "var/log/one.log", "etc/machine-id"])
      image.write(file, "x");
    for (const folder of ["tmp/build/a b", "var/log/app/theirs"]) image.write(`${folder}/below`, "x");
    const mounts = [
      [outside.root, image.path("tmp/build/a b")],
      [outside.root, image.path("var/log/app/theirs")],
      [outside.path("precious"), image.path("var/log/one.log")],
      [outside.path("machine-id"), image.path("etc/machine-id")],
    ];
    const script = mounts.map(([from, to]) => `mount --bind '${from}' '${to}'`).join("\n");
    const argv = ["sh", "-ec", `${script}\nexec "$@"`, "sh", process.execPath, SCRIPT, image.root];
    const { status, stdout, stderr } = inNamespace(...argv);
    assert.equal(status, 0, stderr);
    const { did, walked } = JSON.parse(stdout) as { did: string[]; walked: string[] };
    assert.deepEqual(did.toSorted(), ["emptied /var/log/app/x.log", "removed /tmp/other"]);
    assert.deepEqual(walked, [
      "file tmp/build/own",
      "file var/log/app/x.log",
      "mount etc/machine-id",
      "mount tmp/build/a b",
      "mount var/log/app/theirs",
      "mount var/log/one.log",
    ]);
    for (const name of theirs) assert.ok(readFileSync(outside.path(name), "utf8").length === 33, name);
    assert.ok(existsSync(image.path("tmp/build/a b/below")));
  });
});

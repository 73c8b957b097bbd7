import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { findRunner, writeLauncher } from "../../../scripts/building/build-emulated.ts";
import { makeFolder } from "../../support/folders.ts";

describe("findRunner", () => {
  let folder: string;
  beforeEach(() => (folder = makeFolder(tmpdir(), "runner", "test")));

  it("needs nothing for this machine's own architecture", () => {
    assert.deepEqual(findRunner(process.arch as "x64", {}), { command: [] });
  });

  it("emulates the oldest arm64 CPU of EC2 where qemu and the libraries are there, and else says what is missing", function () {
    if (process.arch !== "x64") this.skip();
    const environment = { PATH: folder, QEMU_LD_PREFIX: join(folder, "libraries") };
    const qemu = join(folder, "qemu-aarch64-static");
    assert.match(obstacle(environment), /^no qemu-aarch64-static on this machine \(Debian: qemu-user-static, /);
    writeFileSync(qemu, "");
    assert.match(obstacle(environment), /^no qemu-aarch64-static on this machine/);
    chmodSync(qemu, 0o755);
    assert.match(obstacle(environment), /^no arm64 libraries in \S+\/libraries \(Debian: \S+, libc6-arm64-cross /);
    mkdirSync(join(folder, "libraries/lib"), { recursive: true });
    for (const name of ["ld-linux-aarch64.so.1", "libstdc++.so.6"])
      writeFileSync(join(folder, "libraries/lib", name), "");
    assert.deepEqual(findRunner("arm64", environment), {
      command: [qemu, "-cpu", "cortex-a72", "-L", join(folder, "libraries")],
    });
  });
});

function obstacle(environment: NodeJS.ProcessEnv): string {
  const runner = findRunner("arm64", environment);
  return "obstacle" in runner ? runner.obstacle : "";
}

describe("writeLauncher", () => {
  it("writes a script that hands each parameter on, whatever is in it", () => {
    const folder = makeFolder(tmpdir(), "'launcher", "test");
    const launcher = writeLauncher(["printf", "<%s>"], "a node's path", join(folder, "launch"));
    assert.equal(execFileSync(launcher, ["b c", "*"], { encoding: "utf8" }), "<a node's path><b c><*>");
  });
});

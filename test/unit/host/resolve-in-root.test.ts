import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { locateInRoot, pathInRoot, resolveInRoot } from "../../../agent/host/resolve-in-root.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { makeScratch } from "../support/scratch.ts";

describe("resolveInRoot", () => {
  it("takes no bug of ours for a path that leads nowhere", () => {
    const { root } = makeScratch();
    assert.throws(() => locateInRoot(root, "/etc\0/passwd"), { code: "ERR_INVALID_ARG_VALUE" });
  });

  it("follows relative and absolute links within the root, and `..` stays at it", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("usr/bin"), { recursive: true });
    symlinkSync("usr/bin", path("bin"));
    symlinkSync("/usr", path("abs"));
    symlinkSync("../../../../../../etc/shadow", path("usr/climb"));
    symlinkSync("/bin/tool", path("usr/chain"));
    symlinkSync("..", path("usr/bin/up"));
    for (const [inRoot, leadsTo] of [
      ["/bin/sh", "/usr/bin/sh"],
      ["/abs/bin/sh", "/usr/bin/sh"],
      ["/usr/climb", "/etc/shadow"],
      ["/usr/chain", "/usr/bin/tool"],
      ["/bin/up/x", "/usr/x"],
      ["/../../etc/./passwd", "/etc/passwd"],
      ["/usr/bin/sh/", "/usr/bin/sh"],
      ["/", "/"],
    ] as const)
      assert.equal(locateInRoot(root, inRoot), leadsTo, inRoot);
    assert.equal(resolveInRoot(root, "/bin/sh"), path("usr/bin/sh"));
    assert.equal(resolveInRoot(`${root}/`, "/bin/sh"), path("usr/bin/sh"));
    assert.equal(resolveInRoot("/", "/no/such/../path"), "/no/such/../path");
  });

  it("refuses links without end, and takes as many as the kernel does", () => {
    const { root, path } = makeScratch();
    symlinkSync("loop", path("loop"));
    symlinkSync("/end", path("1"));
    for (let number = 2; number <= 41; number++) symlinkSync(`/${number - 1}`, path(String(number)));
    assert.equal(locateInRoot(root, "/40"), "/end");
    for (const inRoot of ["/41", "/loop/x"])
      assert.throws(
        () => resolveInRoot(root, inRoot),
        (error) => error instanceof Refusal && /leads through more than 40 symlinks/.test(error.message),
      );
  });

  it("takes a file below the root as the image's, and any other as the caller's own", () => {
    const { root, path } = makeScratch();
    symlinkSync("/real", path("link"));
    assert.equal(resolveInRoot(root, pathInRoot(root, path("link/a"))!), path("real/a"));
    assert.equal(pathInRoot(root, "/elsewhere/a"), null);
    assert.equal(pathInRoot(root, `${root}x/a`), null);
    assert.equal(pathInRoot(root, path("a/../b")), "/b");
    assert.equal(pathInRoot("/", "/etc/a"), "/etc/a");
    assert.equal(pathInRoot(root, path("../x")), null);
  });
});

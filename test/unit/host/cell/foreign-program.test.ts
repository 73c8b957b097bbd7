import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { explainForeign } from "../../../../agent/host/cell/foreign-program.ts";
import { makeScratch, type Scratch } from "../../support/scratch.ts";
import { AARCH64_HEAD } from "./support/elf.ts";

// What the machine that runs the tests has registered is its own: a CPU for which nobody registers anything.
const UNKNOWN_HEAD = Buffer.from(AARCH64_HEAD);
UNKNOWN_HEAD.writeUInt16LE(4321, 18);

describe("explainForeign", () => {
  let image: Scratch;
  beforeEach(() => {
    image = makeScratch();
    image.write("usr/bin/check", "");
    writeFileSync(image.path("usr/bin/check"), UNKNOWN_HEAD);
  });

  it("names both CPUs and what would help, of a program and of a script's interpreter, through the image's links", () => {
    const says =
      "/usr/bin/check is a program for another CPU (ELF machine 4321), and this machine runs x86_64: no emulator for it is registered (install qemu-user-static)";
    assert.equal(explainForeign(image.root, "/usr/bin/check", "x64"), says);
    image.write("usr/bin/script", "#! /bin/check -e\n");
    symlinkSync("usr/bin", image.path("bin"));
    assert.equal(explainForeign(image.root, "/usr/bin/script", "x64"), says.replace("/usr/bin/", "/bin/"));
  });

  it("has no word on this machine's own, nor on what is no program: the attempt says that", () => {
    const own = Buffer.from(AARCH64_HEAD);
    writeFileSync(image.path("usr/bin/check"), own);
    assert.equal(explainForeign(image.root, "/usr/bin/check", "arm64"), null);
    own.writeUInt16LE(62, 18);
    writeFileSync(image.path("usr/bin/check"), own);
    assert.equal(explainForeign(image.root, "/usr/bin/check", "x64"), null);
    image.write("usr/bin/text", "hello");
    image.write("usr/bin/loop", "#!/usr/bin/loop\n");
    for (const program of ["/usr/bin/text", "/usr/bin/none", "/usr", "/usr/bin/loop"])
      assert.equal(explainForeign(image.root, program, "x64"), null);
  });
});

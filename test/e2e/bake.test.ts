import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeFolder } from "../support/folders.ts";
import { attempt, type Outcome } from "./support/command.ts";
import { describeWhere } from "./support/requirements.ts";

const BAKE = new URL("../../scripts/bake/", import.meta.url).pathname;

describeWhere({ programs: ["packer"] }, "scripts/bake", function () {
  this.timeout(120_000);

  const packer = (folder: string, ...words: readonly string[]): Promise<Outcome> =>
    attempt(["packer", ...words, folder], {
      cwd: folder,
      env: {
        PATH: process.env["PATH"],
        HOME: folder,
        PACKER_CONFIG_DIR: folder,
        PACKER_CACHE_DIR: folder,
        TMPDIR: folder,
        CHECKPOINT_DISABLE: "1",
      },
    });

  const copy = async (): Promise<string> => {
    const folder = join(makeFolder(tmpdir(), "bake", "test"), "bake");
    await cp(BAKE, folder, { recursive: true, filter: (path) => !/\/(proof|plugins\.pkr\.hcl)$/.test(path) });
    return folder;
  };

  it("is valid to Packer for both builders, but for what Packer 1.6 does not know of IMDS yet", async () => {
    const folder = await copy();
    const ebs = join(folder, "amazon-ebs.pkr.hcl");
    const text = await readFile(ebs, "utf8");
    const newer = /^ {2}metadata_options \{\n(?:.*\n)*? {2}\}\n {2}imds_support = "v2\.0"\n/m;
    assert.match(text, newer);
    await writeFile(ebs, text.replace(newer, ""));
    const { status, stdout, stderr } = await packer(folder, "validate", "-var", `parbake=${process.execPath}`);
    assert.equal(status, 0, stdout + stderr);
  });

  it("is refused by Packer where a builder gets what it does not know", async () => {
    const folder = await copy();
    const qemu = join(folder, "qemu.pkr.hcl");
    await writeFile(qemu, (await readFile(qemu, "utf8")).replace("disk_image ", "disc_image "));
    const { status, stdout, stderr } = await packer(folder, "validate", "-only=qemu.image");
    assert.equal(status, 1);
    assert.match(stdout + stderr, /disc_image/);
  });

  it("is laid out as Packer does it", async () => {
    const { status, stdout } = await packer(await copy(), "fmt", "-check");
    assert.equal(status, 0, stdout);
  });
});

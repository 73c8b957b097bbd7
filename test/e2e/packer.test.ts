import assert from "node:assert/strict";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readJunit } from "../unit/support/read-junit.ts";
import { attempt, type Outcome } from "./support/command.ts";
import { IMAGE } from "./support/image.ts";
import { createNamespace, type Namespace } from "./support/namespace.ts";
import { describeWhere } from "./support/requirements.ts";
import { openBakedRoot, type BakedRoot } from "./support/site.ts";

describeWhere(
  { root: true, debian: true, programs: ["ip", "mmdebstrap", "nsenter", "packer", "systemd-nspawn", "zstd"] },
  "a bake of the sample image with Packer, without any network",
  function () {
    this.timeout(120_000);
    let baked: BakedRoot;
    let namespace: Namespace;

    before(async function () {
      this.timeout(1_200_000);
      baked = await openBakedRoot(this);
      namespace = await createNamespace({ imds: false });
    });
    after(async () => {
      await namespace?.remove();
      await baked?.remove();
    });

    const packer = async (command: string): Promise<Outcome> => {
      const folder = join(baked.folder, "packer");
      await mkdir(folder, { recursive: true });
      await cp(join(IMAGE, "image.pkr.hcl"), join(folder, "image.pkr.hcl"));
      const env = {
        PATH: process.env["PATH"],
        HOME: folder,
        PACKER_CONFIG_DIR: folder,
        PACKER_CACHE_DIR: folder,
        TMPDIR: folder,
      };
      const argv = [
        "packer",
        command,
        ...(command === "build" ? ["-color=false"] : []),
        "-var",
        `root=${baked.root}`,
        folder,
      ];
      return attempt(namespace.enter(argv), { cwd: folder, env: { ...env, CHECKPOINT_DISABLE: "1" } });
    };

    it("has a template that Packer finds valid", async () => {
      const { status, stdout, stderr } = await packer("validate");
      assert.equal(status, 0, stdout + stderr);
    });

    it("passes, and shows the plan for each instance type", async () => {
      const { status, stdout, stderr } = await packer("build");
      assert.equal(status, 0, stdout + stderr);
      for (const type of ["t3.micro", "m7g.large", "r7i.4xlarge"])
        assert.match(stdout + stderr, new RegExp(type.replace(".", "\\.")));
    });

    it("has a line in its log and a case in its JUnit file for each type that the patterns mean", async () => {
      const { stdout, stderr } = await packer("build");
      const types = ["t3.micro", ...["", "x", "2x", "4x", "8x"].map((times) => `m7g.${times}large`), "r7i.4xlarge"];
      const [log = ""] = (stdout + stderr).split(/^.*valid: /m);
      const lines = log.split("\n").map((line) => line.replace(/^ +null\.image: /, ""));
      assert.deepEqual(
        lines.flatMap((line) => /^(?:ok|failed) +(\S+)/.exec(line)?.[1] ?? []),
        types,
      );
      assert.deepEqual(
        lines.filter((line) => /^(?:ok| ) /.test(line) && line.length > 120),
        [],
      );
      const cases = readJunit(await readFile(join(baked.root, "root/junit.xml"), "utf8"));
      assert.deepEqual(
        cases.map(({ name, failure }) => [name, failure]),
        types.map((type) => [type, null]),
      );
    });

    it("fails where a template is broken, and says in which file and line, and what", async () => {
      const template = join(baked.root, "etc/parbake/templates/postgresql.conf.hbs");
      await writeFile(template, "# first line\nshared_buffers = {{apps.db.shared_bufers}}\n");
      const { status, stdout, stderr } = await packer("build");
      assert.equal(status, 1);
      assert.match(stdout + stderr, /postgresql\.conf\.hbs:2:\d+: .*shared_bufers/);
      assert.match(stdout + stderr, /Script exited with non-zero exit status: 65/);
    });
  },
);

import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BINARY } from "../binary/support/scratch-image.ts";
import { attempt, run } from "./support/command.ts";
import { IMAGE } from "./support/image.ts";
import { describeWhere } from "./support/requirements.ts";
import { openBakedRoot, type BakedRoot } from "./support/site.ts";

const TYPES = "t3.micro,m7g.large,r7i.4xlarge";
const NGINX = "etc/parbake/templates/nginx.conf.hbs";
const POSTGRESQL = "etc/parbake/templates/postgresql.conf.hbs";

describeWhere(
  { root: true, debian: true, programs: ["mmdebstrap", "zstd", "unshare", "setpriv"] },
  "nginx and PostgreSQL of a mounted Debian, as validators in its bake",
  function () {
    this.timeout(120_000);
    let baked: BakedRoot;

    before(async function () {
      this.timeout(1_200_000);
      baked = await openBakedRoot(this);
    });
    after(() => baked?.remove());
    afterEach(() =>
      cp(join(IMAGE, "templates"), join(baked.root, "etc/parbake/templates"), { recursive: true, force: true }),
    );

    const parbake = (...words: string[]) =>
      attempt([BINARY, ...words, "--root", baked.root], { env: { PATH: process.env["PATH"] } });

    /** Every entry with what it is, times but that of reading, and the content of the small ones. */
    const lookAt = async () => {
      const entries = await run(["find", baked.root, "-printf", "%p %i %y %m %U %G %s %T@ %C@ %l\n"]);
      return `${entries}${await run(["sh", "-c", `cd "$0" && find etc -type f -exec sha256sum {} + | sort`, baked.root])}`;
    };

    it("take what parbake renders, at its real paths, and leave the image as it was", async () => {
      const before = await lookAt();
      const { status, stdout, stderr } = await parbake("check", "--strict", "--instance-type", TYPES);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /3 files, 2 validated/);
      assert.equal(await lookAt(), before);
    });

    for (const [program, template, line, says] of [
      ["nginx", NGINX, "sendfile maybe;", /\/etc\/nginx\/nginx\.conf is refused by its validator .*sendfile/],
      [
        "PostgreSQL",
        POSTGRESQL,
        "work_mem = '12 lightyears'",
        /90-parbake\.conf is refused by its validator .*work_mem/,
      ],
    ] as const)
      it(`say what is wrong with a file: ${program}`, async () => {
        const file = join(baked.root, template);
        const text = await readFile(file, "utf8");
        // In nginx's http block, and at the end of PostgreSQL's file.
        await writeFile(
          file,
          text.includes("http {") ? text.replace("http {", `http {\n  ${line}`) : `${text}\n${line}\n`,
        );
        const { status, stderr } = await parbake("check", "--instance-type", TYPES);
        assert.equal(status, 65, stderr);
        assert.match(stderr, says);
        assert.equal(stderr.split("is refused by its validator").length, 2, stderr);
      });

    it("judge what apply writes into the image, where no secret is fetched", async () => {
      const { status, stdout, stderr } = await parbake("apply", "--bake", "--strict", "--json");
      assert.equal(status, 0, stderr);
      const report = JSON.parse(stdout) as {
        files: { path: string; validation: string | null }[];
        held: { what: string }[];
      };
      assert.deepEqual(
        report.files.map(({ path, validation }) => [path, validation]),
        [["/etc/nginx/nginx.conf", "passed"]],
      );
      assert.deepEqual(
        report.held.map(({ what }) => what),
        ["/etc/postgresql/15/main/conf.d/90-parbake.conf", "secret db", "/run/parbake/secrets/api/api.env"],
      );
      assert.equal(await run(["find", join(baked.root, "run/parbake"), "-path", "*secrets*", "-type", "f"]), "");
    });
  },
);

// Each folder of test/images is one case: a small image, the config that init makes of it, and what it warns of.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { formatSource } from "../../../agent/fmt/format-source.ts";
import { makeStartingConfig } from "../../../agent/init/starting-config.ts";
import { writeNewFiles } from "../../../agent/init/write-new-files.ts";
import { formatProblem } from "../../../agent/refusal.ts";
import { runCommand } from "../support/run-command.ts";
import { IMAGES, makeSmallImage, makeTree } from "../support/small-image.ts";

const PATH = "/etc/parbake/parbake.yaml";
/** `UPDATE=1` writes what comes out, to be read before it is committed. */
const isUpdate = process.env["UPDATE"] === "1";

describe("the config that init makes", () => {
  for (const name of readdirSync(IMAGES)) {
    it(`of ${name} is the expected one, with the expected warnings, as fmt would lay it out`, async () => {
      const { root } = makeSmallImage(name);
      const { config, warnings } = await makeStartingConfig(root, PATH);
      expectText(join(IMAGES, name, "expected.yaml"), config.text);
      const said = warnings.map((warning) => `${formatProblem(warning).replaceAll(root, "ROOT")}\n`).join("");
      expectText(join(IMAGES, name, "expected-warnings.txt"), said);
      assert.equal(formatSource({ file: PATH, text: config.text }, []), config.text);
    });

    if (name !== "empty")
      // Its programs are empty files: real ones are asked by test/real/init.test.ts.
      it(`of ${name} passes check`, async () => {
        const { root } = makeSmallImage(name);
        const { config, templates } = await makeStartingConfig(root, PATH);
        writeNewFiles(root, [...templates, config]);
        const { status, out, err } = await runCommand({ root }, "check", "--no-validators");
        assert.equal(status, 0, out + err);
      });
  }
});

describe("the config that init makes", () => {
  it("begins with the schema that an installation brings", async () => {
    const { root } = makeTree({});
    const { config } = await makeStartingConfig(root, PATH);
    const [first] = config.text.split("\n");
    assert.equal(first, "# yaml-language-server: $schema=/usr/share/parbake/parbake.schema.json");
  });
});

describe("the config that init makes of an image that means no good", () => {
  const NGINX = {
    "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
    "/usr/sbin/nginx": "program",
  };

  it("is a config all the same, whatever the distribution is called", async () => {
    const { root } = makeTree({
      ...NGINX,
      "/etc/nginx/nginx.conf": "user nobody;\n",
      "/etc/os-release": `PRETTY_NAME="a\u001b[31m\u202eapps: { x"\n`,
    });
    const { config } = await makeStartingConfig(root, PATH);
    assert.match(config.text, /^# Written by `parbake init` for a\\x1b\[31m\\u202eapps: \{ x, where/m);
    assert.match(config.text, /^apps:\n {2}nginx: \{ profile: nginx \}$/m);
  });

  it("warns of a distribution without entries of its own, and says what its os-release lacks", async () => {
    for (const [release, known] of [
      ["", "an image whose os-release names no distribution"],
      [
        'ID=debian\nPRETTY_NAME="Debian GNU/Linux forky/sid"\n',
        "Debian GNU/Linux forky/sid, whose os-release has no VERSION_ID",
      ],
      ['ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\n', "Debian GNU/Linux 11 (bullseye)"],
    ] as const) {
      const warnings = async (files: object): Promise<string[]> => {
        const { root } = makeTree({ ...files, "/etc/os-release": release });
        return (await makeStartingConfig(root, PATH)).warnings.map(({ what }) => what);
      };
      const what = `parbake has no entries for ${known}: those that fit its files best were taken`;
      assert.deepEqual((await warnings(NGINX)).slice(0, 1), [what]);
      // Of no app, nothing was taken.
      assert.equal((await warnings({})).includes(what), false);
    }
  });

  it("is made without waiting for a writer, and without a look outside of the image", async () => {
    const { root, path } = makeTree({
      ...NGINX,
      "/usr/lib/systemd/system/postgresql@.service": "[Service]\nExecStart=/bin/a\n",
    });
    const outside = makeTree({ "/17/main/postgresql.conf": "empty" });
    mkdirSync(path("/etc/nginx"), { recursive: true });
    execFileSync("mkfifo", [path("/etc/nginx/nginx.conf"), path("/etc/os-release")]);
    symlinkSync(outside.root, path("/etc/postgresql"));
    const { apps } = await makeStartingConfig(root, PATH);
    assert.deepEqual(
      apps.map(({ profile }) => profile),
      ["nginx"],
    );
  });

  it("is not written where the folder of the templates leads elsewhere", async () => {
    const image = makeTree(NGINX);
    const outside = makeTree({ "/keep": "empty" });
    mkdirSync(image.path("/etc/parbake"), { recursive: true });
    symlinkSync(outside.root, image.path("/etc/parbake/templates"));
    const { status, err } = await runCommand(image, "init");
    assert.equal(status, 73);
    assert.match(err, /templates is a symlink, and a folder was expected/);
    assert.deepEqual([readdirSync(outside.root), readdirSync(image.path("/etc/parbake"))], [["keep"], ["templates"]]);
  });

  it("has no problem of its own, whatever units say and are called", async () => {
    const word = fc.string({ maxLength: 20 });
    const name = fc.stringMatching(/^[A-Za-z0-9:_.\\][A-Za-z0-9:_.\\-]{0,30}$/);
    const line = fc.tuple(
      fc.constantFrom("ExecStart", "Environment", "EnvironmentFile", "User"),
      fc.constantFrom("", "/usr/bin/java ", "-/etc/", "JAVA_OPTS=", "/etc/default/"),
      word,
    );
    const unit = fc
      .array(line, { maxLength: 4 })
      .map((lines) => ["[Service]", ...lines.map(([key, first, rest]) => `${key}=${first}${rest}`)].join("\n"));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, unit, { minKeys: 1, maxKeys: 4, noNullPrototype: true }), async (units) => {
        const own = { "/etc/systemd/system/always.service": "[Service]\nExecStart=/usr/bin/java\n" };
        const { write, root } = makeTree(own);
        for (const [stem, text] of Object.entries(units)) write(`/etc/systemd/system/${stem}.service`, text);
        const { config, templates } = await makeStartingConfig(root, PATH);
        writeNewFiles(root, [...templates, config]);
        const { status, err } = await runCommand({ root }, "check", "--no-validators");
        assert.equal(status, 0, err + config.text);
      }),
      { numRuns: 40 },
    );
  });
});

function expectText(file: string, text: string): void {
  if (isUpdate) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, "utf8"));
}

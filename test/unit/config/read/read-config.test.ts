// The config and its templates as they lie on a disk.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readConfig } from "../../../../agent/config/read/read-config.ts";
import { formatProblem, Refusal } from "../../../../agent/refusal.ts";
import { makeFolder } from "../../../support/folders.ts";
import { trustingInputs } from "../../support/trusting.ts";

const CONFIG = "apps: { web: { profile: nginx } }\n";

describe("readConfig", () => {
  let root: string;

  beforeEach(() => {
    root = makeFolder(tmpdir(), "config", "test");
    write("etc/parbake.yaml", CONFIG);
  });

  function write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  function read() {
    return readConfig(join(root, "etc/parbake.yaml"), root, trustingInputs(root));
  }

  function refusal(): Refusal {
    try {
      read();
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    return assert.fail("it was read");
  }

  it("reads every *.hbs below the templates folder, and of other files those that the config names", () => {
    write("etc/parbake.yaml", `${CONFIG}files: [ { template: b.tmpl, path: /b }, { template: gone.hbs, path: /c } ]\n`);
    write("etc/templates/a.hbs", "a");
    write("etc/templates/in/side/a.hbs", "a in");
    write("etc/templates/b.tmpl", "b");
    write("etc/templates/c.tmpl", "c");
    write("etc/templates/.hidden.hbs", "hidden");
    write("etc/templates/a.hbs~", "backup");
    assert.deepEqual(Object.fromEntries(read().templates), {
      "a.hbs": "a",
      "b.tmpl": "b",
      "gone.hbs": null,
      "in/side/a.hbs": "a in",
    });
  });

  it("reads a drop-in whatever its name has in it", () => {
    write("etc/parbake.d/a\nb.yaml", "vars: { a: 1 }");
    assert.deepEqual(Object.keys(read().config.vars), ["a"]);
  });

  it("refuses a parbake.d that is no folder, rather than to do without what may be meant", () => {
    write("etc/parbake.d", "apps: {}");
    const file = join(root, "etc/parbake.d");
    assert.equal(refusal().message, `${file}: a folder was expected, for the config. Make it a folder, or remove it.`);
  });

  it("says that a config is a dangling symlink, and where it leads", () => {
    rmSync(join(root, "etc/parbake.yaml"));
    symlinkSync("config/parbake.yaml", join(root, "etc/parbake.yaml"));
    assert.equal(
      refusal().message,
      `${join(root, "etc/parbake.yaml")}: the config is a dangling symlink: there is no config/parbake.yaml. Write that file, or point the symlink at another.`,
    );
  });

  it("does without a templates folder", () => {
    assert.deepEqual([...read().templates], []);
  });

  it("looks for an absolute templates folder below the root", () => {
    write("etc/parbake.yaml", `${CONFIG}templates: /opt/templates\n`);
    write("opt/templates/a.txt.hbs", "---\npath: /etc/a\n---\n");
    const { config } = read();
    assert.equal(config.templatesFolder, join(root, "opt/templates"));
    assert.deepEqual(
      config.files.map(({ path, template }) => [path, template]),
      [["/etc/a", "a.txt.hbs"]],
    );
  });

  it("lists the templates that stand alone by name, after the config's own files", () => {
    write("etc/parbake.yaml", "files: [ { template: z.hbs, path: /z } ]\n");
    for (const name of ["b", "a", "c"]) write(`etc/templates/${name}.hbs`, `---\npath: /${name}\n---\n`);
    assert.deepEqual(
      read().config.files.map(({ path }) => path),
      ["/z", "/a", "/b", "/c"],
    );
  });

  it("keeps 64 KiB twice for a stand-alone file below the secrets folder", () => {
    write("etc/templates/a.hbs", "---\npath: /run/parbake/secrets/a\n---\n");
    assert.equal(read().config.secretsSizeBytes, 131_072);
  });

  it("refuses what cannot be read, all of it at once, and never waits for a pipe", () => {
    write("etc/templates/latin1.hbs", Uint8Array.of(0x61, 0xe9));
    assert.equal(spawnSync("mkfifo", [join(root, "etc/templates/pipe.hbs")]).status, 0);
    symlinkSync("loop.hbs", join(root, "etc/templates/loop.hbs"));
    const folder = join(root, "etc/templates");
    const found = refusal();
    assert.deepEqual(found.problems.map(formatProblem).toSorted(), [
      `${folder}/latin1.hbs: the template is not UTF-8. Save it as UTF-8.`,
      `${folder}/loop.hbs: the template is a symlink, which parbake does not follow here, or a loop of symlinks. Name the real file.`,
      `${folder}/pipe.hbs: the template is a FIFO, and a plain file was expected. Name a plain file: parbake waits for no writer, and reads nothing that may have no end.`,
    ]);
  });

  it("reads no file outside the folder for a template that climbs out of it", () => {
    write("etc/parbake.yaml", "files: [ { template: ../secret, path: /a } ]\n");
    write("etc/secret", Uint8Array.of(0xff));
    assert.match(refusal().message, /the path '\.\.\/secret' has \.\. in it/);
  });
});

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { runCommand, runHere } from "../support/run-command.ts";
import { makeTree } from "../support/small-image.ts";

const ROUGH = "apps:   {web: {profile: nginx}} # the web\n";
const LAID_OUT = "apps: { web: { profile: nginx } } # the web\n";

function makeImage() {
  const image = makeTree({
    "/etc/parbake/parbake.yaml": ROUGH,
    "/etc/parbake/parbake.d/10.yaml": LAID_OUT,
    "/etc/parbake/templates/a.hbs": "---\npath:   /a\n---\nx:   y\n",
    "/etc/parbake/templates/part.hbs": "x:   y\n",
  });
  const read = (path: string): string => readFileSync(image.path(`/etc/parbake/${path}`), "utf8");
  return { ...image, read, config: image.path("/etc/parbake/parbake.yaml") };
}

describe("parbake fmt", () => {
  it("lays out config, parbake.d and front matter, says which, and finds nothing to do the second time", async () => {
    const image = makeImage();
    const { status, out } = await runCommand(image, "fmt");
    assert.equal(status, 0);
    assert.equal(
      out.replaceAll(image.root, ""),
      "formatted /etc/parbake/parbake.yaml\nformatted /etc/parbake/templates/a.hbs\n2 files unchanged\n",
    );
    assert.equal(image.read("parbake.yaml"), LAID_OUT);
    assert.equal(image.read("templates/a.hbs"), "---\npath: /a\n---\nx:   y\n");
    const before = statSync(image.config).ino;
    assert.equal((await runCommand(image, "fmt")).out, "4 files unchanged\n");
    assert.equal(statSync(image.config).ino, before);
  });

  it("swaps a new file in with the mode of the old one, and leaves nothing beside it", async () => {
    const image = makeImage();
    chmodSync(image.config, 0o600);
    const before = statSync(image.config);
    await runCommand(image, "fmt");
    const after = statSync(image.config);
    assert.notEqual(after.ino, before.ino);
    assert.deepEqual([after.mode, after.uid, after.gid], [before.mode, before.uid, before.gid]);
    assert.deepEqual(readdirSync(image.path("/etc/parbake")).toSorted(), ["parbake.d", "parbake.yaml", "templates"]);
  });

  it("writes nothing with --check and ends with 2 where something would change, with 0 where nothing would", async () => {
    const image = makeImage();
    const { status, out } = await runCommand(image, "fmt", "--check");
    assert.equal(status, 2);
    assert.match(out, /^not yet formatted .*\/parbake\.yaml$/m);
    assert.equal(image.read("parbake.yaml"), ROUGH);
    await runCommand(image, "fmt");
    assert.equal((await runCommand(image, "fmt", "--check")).status, 0);
  });

  it("prints the change with --diff, and writes nothing", async () => {
    const image = makeImage();
    const { status, out } = await runCommand(image, "fmt", "--diff");
    assert.equal(status, 0);
    assert.match(
      out,
      /^-apps: {3}\{web: \{profile: nginx\}\} # the web\n\+apps: \{ web: \{ profile: nginx \} \} # the web$/m,
    );
    assert.equal((await runCommand(image, "fmt", "--diff", "--check")).status, 2);
    assert.equal(image.read("parbake.yaml"), ROUGH);
  });

  it("takes files by name, and lays out no other", async () => {
    const image = makeImage();
    const { status, out } = await runHere([
      "fmt",
      image.config,
      image.config,
      join(image.root, "etc/parbake/templates/part.hbs"),
    ]);
    assert.equal(status, 0);
    assert.equal(out, `formatted ${image.config}\n1 file unchanged\n`);
    assert.equal(image.read("templates/a.hbs"), "---\npath:   /a\n---\nx:   y\n");
  });

  it("writes no file where one of them cannot be read as YAML, and tells all problems", async () => {
    const image = makeImage();
    image.write("/etc/parbake/parbake.d/20.yaml", "apps: [\n");
    image.write("/etc/parbake/templates/b.hbs", "---\npath: {\n---\n");
    const { status, err } = await runCommand(image, "fmt");
    assert.equal(status, 78);
    assert.match(err, /20\.yaml:1:7: the \[ is never closed/);
    assert.match(err, /b\.hbs:2:7: the \{ is never closed/);
    assert.equal(image.read("parbake.yaml"), ROUGH);
  });

  it("replaces what a symlink leads to, within the image", async () => {
    const image = makeImage();
    image.write("/srv/conf/30.yaml", ROUGH);
    symlinkSync("/srv/conf/30.yaml", image.path("/etc/parbake/parbake.d/30.yaml"));
    assert.equal((await runCommand(image, "fmt")).status, 0);
    assert.equal(readFileSync(image.path("/srv/conf/30.yaml"), "utf8"), LAID_OUT);
  });

  it("refuses a folder in which others could replace what it writes", async () => {
    const image = makeImage();
    mkdirSync(image.path("/srv/open"), { recursive: true });
    chmodSync(image.path("/srv/open"), 0o777);
    image.write("/srv/open/a.yaml", ROUGH);
    const { status, err } = await runHere(["fmt", image.path("/srv/open/a.yaml")]);
    assert.equal(status, 77);
    assert.match(err, /may be written to by every user/);
    assert.equal(readFileSync(image.path("/srv/open/a.yaml"), "utf8"), ROUGH);
  });

  it("does not know files of other kinds, nor such as are not there", async () => {
    assert.match((await runHere(["fmt", "nginx.conf"])).err, /nginx\.conf is neither a config nor a template/);
    const { status, err } = await runHere(["fmt", "/nowhere/a.yaml"]);
    assert.equal(status, 78);
    assert.match(err, /there is no such file/);
  });
});
